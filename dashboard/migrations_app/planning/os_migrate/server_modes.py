"""How os-migrate was told to move a server, and what of that Pumphouse can do."""

from typing import Any

from dashboard.errors import BadInput
from dashboard.migrations_app.planning.os_migrate.comparing import is_unset
from dashboard.migrations_app.planning.os_migrate.compute_tables import (
    BOOT_VOLUME_PARAMS,
    FLOATING_IP,
)
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.reading import Resource
from dashboard.migrations_app.planning.os_migrate.table import MIGRATION_PARAMS
from dashboard.migrations_app.planning.os_migrate.wanted import Wanted
from dashboard.migrations_app.resources.compute.server.fields import FROM_IMAGE
from dashboard.migrations_app.resources.records import Record

PORT_MODES = ("nova", "neutron")
FLOATING_IP_MODES = ("auto", "skip")


def apply_modes(server: Record, resource: Resource, names: Names, asked: Wanted) -> None:
    """Take over what the file says of how the server is moved.

    Raises ``BadInput`` for what Pumphouse does in no other way.
    """
    modes = dict(resource.migration_params)
    _boot_disk(server, resource, modes.pop("boot_disk_copy", None), asked)
    _one_of(resource, "port_creation_mode", modes.pop("port_creation_mode", None), PORT_MODES)
    mode = modes.pop("floating_ip_mode", None)
    _one_of(resource, "floating_ip_mode", mode, FLOATING_IP_MODES)
    if mode == "skip":
        for address in FLOATING_IP.all_of_server(server, names):
            asked.leave_out(address)
    _boot_volume(server, resource, modes.pop("boot_volume_params", None) or {}, names, asked)
    if modes.pop("data_copy", True) is False:
        raise _refusal(resource, "data_copy", "Pumphouse always copies the data of volumes.")
    for name, value in modes.items():
        if not is_unset(value):
            raise _refusal(resource, name, f"Pumphouse does not know {name}.")


def _boot_disk(server: Record, resource: Resource, is_copied: Any, asked: Wanted) -> None:
    """Boot the copy from the server's image, where the disk is not to be copied."""
    if is_copied not in (True, False, None):
        raise _refusal(resource, "boot_disk_copy", "Expected true or false.")
    if is_copied is not False:
        return
    if server.fields["root_volume"]:
        sentence = "A server that boots from a volume cannot be booted without it."
        raise _refusal(resource, "boot_disk_copy", sentence)
    if not server.fields.get("image"):
        sentence = "The image that the server was booted from is gone; its disk has to be copied."
        raise _refusal(resource, "boot_disk_copy", sentence)
    asked.edit(server, FROM_IMAGE, True)


def _boot_volume(
    server: Record, resource: Resource, params: dict[str, Any], names: Names, asked: Wanted
) -> None:
    """Name the copy of the volume that the server boots from, and choose its type."""
    given = {name: value for name, value in params.items() if not is_unset(value)}
    if not given:
        return
    root = names.records.get(("volume", server.fields["root_volume"]))
    if root is None:
        sentence = "The server boots from an image: Pumphouse makes no volume of its disk."
        raise _refusal(resource, "boot_volume_params", sentence)
    for name, value in given.items():
        if name == "volume_type":
            asked.choose(root, str(value))
        elif name in BOOT_VOLUME_PARAMS and name != "availability_zone":
            asked.edit(root, name, value)
        else:
            sentence = f"Pumphouse cannot set {name} of the volume."
            raise _refusal(resource, "boot_volume_params", sentence)


def _one_of(resource: Resource, name: str, value: Any, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise _refusal(resource, name, f"Expected one of {', '.join(known)}.")


def _refusal(resource: Resource, name: str, sentence: str) -> BadInput:
    return resource.fault(
        sentence, key=name, part=MIGRATION_PARAMS, fix="Change or remove the key."
    )
