"""openstacksdk's reader of clouds.yaml, without the rest of openstacksdk.

``import openstack.config`` imports the package first, which imports its connection with the models
of every service, for a shortcut: ``openstack.connect``. That takes over a second and 40 MB. So the
package is put in place here without being run; its modules are then imported as always.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

from dashboard import secrets
from dashboard.clients.yaml_sections import Section

PACKAGE = "openstack"


def sdk_config(module: str) -> ModuleType:
    """Return a module of ``openstack.config``, as ``loader`` or ``vendors``."""
    if PACKAGE not in sys.modules:
        # what is deprecated in a file is for its owner; what is wrong is an error of ours
        warnings.filterwarnings("ignore", module=r"openstack\.config")
        if spec := find_spec(PACKAGE):
            sys.modules[PACKAGE] = module_from_spec(spec)
    return import_module(f"{PACKAGE}.config.{module}")


@contextmanager
def told_by_openstacksdk(section: Section) -> Iterator[None]:
    """Raise BadInput at a section for what openstacksdk finds wrong in it.

    It takes the shape of a file for granted, so that what it then raises is of many kinds.
    """
    config_error = sdk_config("exceptions").OpenStackConfigException
    try:
        yield
    except (config_error, ValueError, LookupError, AttributeError, RuntimeError) as error:
        said = secrets.mask(str(error)).partition("\n")[0].rstrip(".")
        raise section.fault(f"openstacksdk does not understand this: {said}.") from None
