"""The packages of a name that apps have: what is added there by a file is found by itself."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def app_packages(name: str) -> Iterator[ModuleType]:
    """Yield the package of that name of every installed app that has one."""
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, name):
            yield import_module(f"{app.name}.{name}")
