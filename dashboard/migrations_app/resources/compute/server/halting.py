"""Halts a server of the source, which is an outage for its users if it ran, and restores it."""

from contextlib import suppress

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.migrations_app.resources.compute.server.states import (
    ACTIVE,
    BROKEN,
    ERROR,
    PAUSED,
    RESCUE,
    SHELVES,
    SHUTOFF,
    SUSPENDED,
    bring_to,
    change_state,
    idle_server,
)
from dashboard.migrations_app.resources.work import Work

_POWER_STATE, _RUNNING = "OS-EXT-STS:power_state", 1
# stage data: whether a server in ERROR ran
_RAN = "ran_in_error"


def halt_original(work: Work) -> None:
    """Halt the source's server, unless it is halted, after storing its state.

    Raises ``NeedsOperator`` if it has got into a state of which the plan says nothing.
    """
    server = idle_server(work.source, work.record.id, check=work.check)
    if not work.stage_data.get("status"):
        _require_planned(work, server)
        _require_volumes(work)
        work.save(status=server["status"], **{_RAN: server.get(_POWER_STATE) == _RUNNING})
    if server["status"] == RESCUE:
        bring_to(work.source, work.record.id, ACTIVE, check=work.check)
    if server["status"] == work.stage_data["status"] == ERROR:
        change_state(work.source, server, "os-stop", SHUTOFF, check=work.check)
    if server["status"] not in (PAUSED, SUSPENDED, *SHELVES):
        suspends = work.options.get("capture") == "suspend" and server["status"] == ACTIVE
        suspends = suspends and work.stage_data["status"] == ACTIVE
        _halt(work, SUSPENDED if suspends else SHUTOFF)


def restore_original(work: Work) -> None:
    """Bring the source's server back into the state that it had."""
    status = work.stage_data.get("status")
    if not status:
        return
    server = idle_server(work.source, work.record.id, check=work.check)
    if status == ERROR and server["status"] != ERROR:
        _restore_error(work)
    elif status == RESCUE and server["status"] != RESCUE:
        for each in (ACTIVE, RESCUE):
            bring_to(work.source, work.record.id, each, check=work.check)
    elif status not in SHELVES:
        bring_to(work.source, work.record.id, status, check=work.check)
    if status == ACTIVE:
        work.end_outage()
    work.save(status="")


def _require_planned(work: Work, server: Json) -> None:
    status, planned = server["status"], work.record.fields["status"]
    is_shelved = status in SHELVES and planned in SHELVES
    if status in (*SHELVES, *BROKEN) and status != planned and not is_shelved:
        raise NeedsOperator(
            f"Server {work.record.name} has become {status} since the tenant was planned.",
            fix="Plan again.",
        )


def _require_volumes(work: Work) -> None:
    """Raise ``NeedsOperator`` if a volume of the server cannot be copied as planned any more: else
    that would be found out while the server is down."""
    for id_ in work.record.fields["volumes"]:
        if planned := work.planned("volume", id_):
            found = work.source.find("block_storage", f"/volumes/{id_}", "volume")
            if found is None or found["size"] != planned.fields["size"]:
                raise NeedsOperator(
                    f"Volume {planned.title} of server {work.record.name} has been "
                    f"{'resized' if found else 'deleted'} since the plan.",
                    fix="Roll back and plan again; or take the server out.",
                )


def _restore_error(work: Work) -> None:
    if work.stage_data.get(_RAN):
        bring_to(work.source, work.record.id, ACTIVE, check=work.check)
    path = f"/servers/{work.record.id}/action"
    work.source.post("compute", path, {"os-resetState": {"state": "error"}})


def _halt(work: Work, status: str) -> None:
    """Bring the source's server into ``status``; if it ran before the move, it is down from then.

    Raises what ``bring_to`` raises.
    """
    if work.stage_data.get("status") != ACTIVE:
        bring_to(work.source, work.record.id, status, check=work.check)
        return
    # before the call: this process may die in it
    work.begin_outage()
    try:
        bring_to(work.source, work.record.id, status, check=work.check)
    except PumphouseError:
        _end_if_it_runs(work)
        raise
    # again: somebody may have looked while it still ran
    work.begin_outage()


def _end_if_it_runs(work: Work) -> None:
    with suppress(PumphouseError):
        server = work.source.get("compute", f"/servers/{work.record.id}", "server")
        if server["status"] == ACTIVE and not server.get("OS-EXT-STS:task_state"):
            work.end_outage()
