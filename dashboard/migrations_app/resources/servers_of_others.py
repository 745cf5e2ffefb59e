"""Which server of somebody else uses a flavor or an image on the destination."""

from typing import Any

from dashboard.migrations_app.resources.work import Work


def server_of_others(work: Work, attribute: str) -> str:
    """Return the id of a server that uses the copy and is not this plan's, "" without one.

    ``attribute`` is the server's that names it: ``flavor`` or ``image``.
    """
    query: dict[str, Any] = {"all_tenants": "1", attribute: work.destination_id}
    servers = work.destination.list("compute", "/servers/detail", "servers", **query)
    for server in servers:
        # a server that boots from a volume has "" for an image
        used = (server[attribute] or {}).get("id")
        if used == work.destination_id and not work.is_ours("server", server["id"]):
            return str(server["id"])
    return ""
