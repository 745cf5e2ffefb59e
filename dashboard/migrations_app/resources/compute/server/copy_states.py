"""Brings the copy of a server, which Nova always starts, into the state that it is to have."""

from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.resources.compute.server.locks import lock_copy, unlock_copy
from dashboard.migrations_app.resources.compute.server.shelving import UNSHELVE, shelve
from dashboard.migrations_app.resources.compute.server.states import (
    ACTIVE,
    BROKEN,
    SHELVES,
    SHUTOFF,
    SUSPENDED,
    bring_to,
)
from dashboard.migrations_app.resources.work import Work


def status_of_copy(status: str, options: Mapping[str, Any]) -> str:
    """Return the state of the copy of a server that had ``status`` in the source."""
    if status in BROKEN:
        return SHUTOFF
    return ACTIVE if status in SHELVES and options.get("shelved") == UNSHELVE else status


def settle_copy(work: Work) -> None:
    """Bring the copy into its state, then lock it as the source's server is."""
    original = work.stage_data.get("status") or ACTIVE
    status = status_of_copy(original, work.options)
    settle = shelve if status in SHELVES else bring_to
    settle(work.destination, work.destination_id, status, check=work.check)
    lock_copy(work)
    if original == ACTIVE:
        work.end_outage()


def unsettle_copy(work: Work) -> None:
    """Unlock the copy, and resume it if it is suspended: Nova detaches no volume from it."""
    unlock_copy(work)
    server = work.destination.find("compute", f"/servers/{work.destination_id}", "server")
    if server and server["status"] == SUSPENDED:
        bring_to(work.destination, work.destination_id, ACTIVE, check=work.check)
