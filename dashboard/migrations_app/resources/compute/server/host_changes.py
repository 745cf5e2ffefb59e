"""A server that changes its host meanwhile: a campaign frees hosts while tenants on them move."""

from collections.abc import Callable

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until

VERIFY_RESIZE = "VERIFY_RESIZE"
_TASKS = ("migrating", "resize_")
# a disk may be large, and the network between the hosts slow
_SECONDS = 6 * 3600


def settled_server(cloud: CloudSession, server_id: str, *, check: Callable[[], None]) -> Json:
    """Wait while Nova moves a server to another host, until that is confirmed; return the server.

    A resize that its owner has to confirm is not waited for.
    """

    def settled() -> Json | None:
        server = cloud.get("compute", f"/servers/{server_id}", "server")
        return None if _is_changing(cloud, server) else server

    what = f"server {server_id} to be on another host of cloud {cloud.name}"
    return poll_until(settled, what=what, seconds=_SECONDS, check=check)


def _is_changing(cloud: CloudSession, server: Json) -> bool:
    if task := server.get("OS-EXT-STS:task_state"):
        return str(task).startswith(_TASKS)
    return server["status"] == VERIFY_RESIZE and _keeps_flavor(cloud, server["id"])


def _keeps_flavor(cloud: CloudSession, server_id: str) -> bool:
    """Return whether the last migration of a server was none for another flavor.

    Who asked for it confirms it. Nova tells what kind of migration it was since 2.23 only.
    """
    records = cloud.list("compute", "/os-migrations", "migrations", instance_uuid=server_id)
    mine = [each for each in records if each["instance_uuid"] == server_id]
    last = max(mine, key=lambda each: int(each["id"]), default=None)
    return last is not None and last["old_instance_type_id"] == last["new_instance_type_id"]
