"""The states of a server: which can be migrated, and how a server gets from one to another.

A move changes the state twice: the source's server is halted so that its disks do not change, and
its copy, which Nova always starts, is brought into the state that the source's server had. What is
done with each state is in docs/server-states.md.
"""

from collections.abc import Callable, Mapping

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.resources.compute.server.host_changes import settled_server

ACTIVE, SHUTOFF, PAUSED, SUSPENDED = "ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED"
SHELVED, OFFLOADED, RESCUE, ERROR = "SHELVED", "SHELVED_OFFLOADED", "RESCUE", "ERROR"
SOFT_DELETED, GONE = "SOFT_DELETED", ""
SHELVES = (SHELVED, OFFLOADED)
# its copy arrives stopped: whether it would boot, nobody knows
BROKEN = (RESCUE, ERROR)
MIGRATABLE = (ACTIVE, SHUTOFF, PAUSED, SUSPENDED, *SHELVES, *BROKEN)
CHANGE_SECONDS = 1800
DELETE_SECONDS = 1800

FIXES: Mapping[str, str] = {
    "BUILD": "Wait until it is active",
    "HARD_REBOOT": "Wait until it is active",
    "MIGRATING": "Wait until it has been migrated",
    "PASSWORD": "Wait until its password is set",
    "REBOOT": "Wait until it is active",
    "REBUILD": "Wait until it has been rebuilt",
    "RESIZE": "Wait until it has been resized, and confirm",
    "REVERT_RESIZE": "Wait until it has been reverted",
    "SOFT_DELETED": "Restore or delete it",
    "UNKNOWN": "Bring its host back",
    "VERIFY_RESIZE": "Confirm or revert its resize",
}

_ACTIONS: Mapping[tuple[str, str], str] = {
    (ACTIVE, SHUTOFF): "os-stop",
    (ACTIVE, PAUSED): "pause",
    (ACTIVE, SUSPENDED): "suspend",
    (SHUTOFF, ACTIVE): "os-start",
    (PAUSED, ACTIVE): "unpause",
    (SUSPENDED, ACTIVE): "resume",
    (RESCUE, ACTIVE): "unrescue",
    (ACTIVE, RESCUE): "rescue",
}
# from there on Nova rescues servers that boot from a volume
_RESCUE_OF_VOLUMES = "2.87"


def idle_server(cloud: CloudSession, server_id: str, *, check: Callable[[], None]) -> Json:
    """Wait until Nova is done with the server, also with moving it to another host; return it.

    The status alone does not tell: it is ACTIVE before some tasks are over.
    """

    def idle() -> Json | None:
        server = settled_server(cloud, server_id, check=check)
        busy = server.get("OS-EXT-STS:task_state") or server["status"] == "BUILD"
        return None if busy else server

    what = f"cloud {cloud.name} to finish its task on server {server_id}"
    return poll_until(idle, what=what, seconds=CHANGE_SECONDS, check=check)


def bring_to(
    cloud: CloudSession, server_id: str, status: str, *, check: Callable[[], None]
) -> None:
    """Bring a server from one of the ``MIGRATABLE`` states into another, unless it is there.

    Raises ``NeedsOperator`` for a state from which no single action leads there.
    """
    server = idle_server(cloud, server_id, check=check)
    if server["status"] == status:
        return
    action = _ACTIONS.get((server["status"], status))
    if action is None:
        raise NeedsOperator(
            f"Server {server['name']} on cloud {cloud.name} is {server['status']} and cannot "
            f"become {status}.",
            fix=f"{fix_of(server['status'])}, then retry.",
        )
    change_state(cloud, server, action, status, check=check)


def change_state(
    cloud: CloudSession, server: Json, action: str, status: str, *, check: Callable[[], None]
) -> None:
    """Do an action on a server, and wait until that has brought it into ``status``.

    Raises ``NeedsOperator`` with Nova's reason if it goes into ERROR instead.
    """
    server_id = server["id"]
    microversion = cloud.at_most("compute", _RESCUE_OF_VOLUMES) if status == RESCUE else ""
    act(cloud, server_id, {action: None}, microversion=microversion)

    def there() -> bool | None:
        changed = idle_server(cloud, server_id, check=check)
        if changed["status"] == "ERROR":
            raise NeedsOperator(
                f"Server {server['name']} on cloud {cloud.name} went into ERROR instead of "
                f"{status}: {fault_of(changed)}",
                fix="Bring it back to work, then retry.",
            )
        return True if changed["status"] == status else None

    what = f"server {server['name']} to become {status}"
    poll_until(there, what=what, seconds=CHANGE_SECONDS, check=check)


def act(cloud: CloudSession, server_id: str, body: Json, *, microversion: str = "") -> None:
    """Do an action on a server that was seen idle.

    Raises ``Retryable`` if Nova refuses it because of a task that it has begun since.
    """
    path = f"/servers/{server_id}"
    try:
        cloud.post("compute", f"{path}/action", body, microversion=microversion)
    except NeedsOperator as refused:
        task = cloud.get("compute", path, "server").get("OS-EXT-STS:task_state")
        if not task:
            raise
        raise Retryable(f"{refused.sentence} Its task is {task}.") from refused


def halt_copy(cloud: CloudSession, server_id: str, *, check: Callable[[], None]) -> None:
    """Stop a server that runs or may be resumed; one that is gone or broken does not run."""
    if cloud.find("compute", f"/servers/{server_id}", "server"):
        status = idle_server(cloud, server_id, check=check)["status"]
        if status in (PAUSED, SUSPENDED):
            bring_to(cloud, server_id, ACTIVE, check=check)
        if status in (ACTIVE, PAUSED, SUSPENDED):
            bring_to(cloud, server_id, SHUTOFF, check=check)


def delete_server(
    cloud: CloudSession, server_id: str, *, check: Callable[[], None], for_good: bool = True
) -> bool:
    """Delete a server and wait until it is gone: only then are its ports and volumes free.

    A Nova with a reclaim interval keeps it as SOFT_DELETED. From there it is deleted ``for_good``,
    or stays until Nova reclaims it. Returns whether it is gone.
    """
    path = f"/servers/{server_id}"
    cloud.delete("compute", path)

    def wait_for(statuses: tuple[str, ...]) -> str:
        def reached() -> str | None:
            server = cloud.find("compute", path, "server")
            status = server["status"] if server else GONE
            return status if status in statuses else None

        what = f"server {server_id} to be deleted"
        return poll_until(reached, what=what, seconds=DELETE_SECONDS, check=check)

    if wait_for((GONE, SOFT_DELETED)) == GONE:
        return True
    if for_good:
        body = {"forceDelete": None}
        cloud.call("POST", "compute", f"{path}/action", body=body, missing_ok=True)
        wait_for((GONE,))
    return for_good


def fix_of(status: str) -> str:
    """Return how a server leaves a state that cannot be migrated, as a sentence's beginning."""
    return FIXES.get(status, "Bring it to ACTIVE or SHUTOFF")


def fault_of(server: Json) -> str:
    """Return Nova's own words for what went wrong."""
    return str(server.get("fault", {}).get("message") or "Nova states no reason.")
