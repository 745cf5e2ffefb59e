"""Whether a server may have written to a disk since somebody looked.

Nova sets ``updated`` whenever it changes anything of a server; so a server that is halted, and was
updated when it was before, has not run meanwhile.
"""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.compute.server.states import SHELVES, SHUTOFF
from dashboard.migrations_app.resources.reservations import RESERVED
from dashboard.migrations_app.resources.work import Work


def uses_of(work: Work) -> dict[str, str]:
    """Return for each server that has the disk when it was last changed, "" if it is gone."""
    return {id_: str(server.get("updated", "")) for id_, server in _servers(work).items()}


def are_halted(work: Work) -> bool:
    """Return whether servers have the disk, and none of them runs."""
    servers = _servers(work).values()
    return bool(servers) and all(server.get("status") in (SHUTOFF, *SHELVES) for server in servers)


def _servers(work: Work) -> dict[str, Json]:
    return {
        id_: work.source.find("compute", f"/servers/{id_}", "server") or {}
        for id_ in _server_ids(work)
    }


def _server_ids(work: Work) -> list[str]:
    """Return the servers that have the disk now, which may not be those that the plan found.

    Cinder does not tell for which shelved server it reserves a volume.
    """
    if work.record.type == "server":
        return [work.record.id]
    path = f"/volumes/{work.record.id}"
    volume = work.source.get("block_storage", path, "volume")
    if volume["status"] == RESERVED:
        return sorted(work.record.fields["server_ids"])
    return sorted(each["server_id"] for each in volume["attachments"] if each["server_id"])
