"""Volumes that Cinder keeps reserved for servers which are on no host.

When Nova takes a shelved server off its host, Cinder tells no attachments of its volumes any more:
they are ``reserved``. Nova still knows them, with their devices.
"""

from collections.abc import Callable, Iterable

from dashboard.clients.openstack import Json

RESERVED = "reserved"
_OFFLOADED, _ATTACHED = "SHELVED_OFFLOADED", "os-extended-volumes:volumes_attached"


def has_reservations(volumes: Iterable[Json]) -> bool:
    """Return whether a volume is reserved."""
    return any(volume["status"] == RESERVED for volume in volumes)


def with_reservations(
    volumes: Iterable[Json],
    servers: Iterable[Json],
    attachments_of: Callable[[str], Iterable[Json]],
) -> list[Json]:
    """Return volumes with the attachments of servers that are on no host, as Nova tells them.

    ``attachments_of`` returns what Nova lists as the attachments of the server of that id.
    """
    told: dict[str, list[Json]] = {}
    for server in servers:
        if server["status"] == _OFFLOADED and server[_ATTACHED]:
            for each in attachments_of(server["id"]):
                attachment = {"server_id": server["id"], "device": each.get("device")}
                told.setdefault(each["volumeId"], []).append(attachment)
    return [
        {**volume, "attachments": [*volume["attachments"], *told.get(volume["id"], ())]}
        for volume in volumes
    ]
