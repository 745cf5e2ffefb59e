"""Halts a server of the source, which is an outage for its users if it ran."""

from contextlib import suppress

from dashboard.errors import PumphouseError
from dashboard.migrations_app.resources.compute.server.states import ACTIVE, bring_to
from dashboard.migrations_app.resources.work import Work


def halt_source(work: Work, status: str) -> None:
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
