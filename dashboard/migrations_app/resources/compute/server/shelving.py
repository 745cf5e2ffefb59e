"""Shelved servers: their disk is an image that Nova made when they were shelved."""

from collections.abc import Callable

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.resources.compute.server.states import (
    ACTIVE,
    CHANGE_SECONDS,
    OFFLOADED,
    SHELVED,
    SHELVES,
    bring_to,
    idle_server,
)

STAY_SHELVED, UNSHELVE = "keep", "unshelve"
"""The values of the plan's option ``shelved``."""


def shelve(cloud: CloudSession, server_id: str, status: str, *, check: Callable[[], None]) -> None:
    """Shelve a running server, also off its host if ``status`` is SHELVED_OFFLOADED.

    A Nova takes it off its host at once, after a while, or never (``shelved_offload_time``).
    """
    path = f"/servers/{server_id}/action"
    if idle_server(cloud, server_id, check=check)["status"] not in SHELVES:
        bring_to(cloud, server_id, ACTIVE, check=check)
        cloud.post("compute", path, {"shelve": None})
        found = _await_status(cloud, server_id, SHELVES, check=check)
    else:
        found = idle_server(cloud, server_id, check=check)
    if (found["status"], status) == (SHELVED, OFFLOADED):
        cloud.post("compute", path, {"shelveOffload": None})
        _await_status(cloud, server_id, (OFFLOADED,), check=check)


def _await_status(
    cloud: CloudSession, server_id: str, statuses: tuple[str, ...], *, check: Callable[[], None]
) -> Json:
    def reached() -> Json | None:
        server = idle_server(cloud, server_id, check=check)
        return server if server["status"] in statuses else None

    what = f"server {server_id} to become {statuses[-1]}"
    return poll_until(reached, what=what, seconds=CHANGE_SECONDS, check=check)
