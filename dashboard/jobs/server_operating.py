"""What an operator may do to one server of a job: as ``operating``, for its chain.

Those that share a volume with it, or a server group, are held and timed with it.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone

from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job, JobServer, LogLevel
from dashboard.jobs.operating import (
    checked_reason,
    continue_job,
    operate,
    require,
    require_ahead,
    retry_steps,
    skip_steps,
)
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import BROKEN_STEP_STATES, FINISHED_STEP_STATES, JobState, StepState
from dashboard.jobs.transitions import transition_job

NOT_BEGUN = Q(state=StepState.PENDING, attempt=0, resumed=False)


def hold_server(server: JobServer, *, until: datetime | None, requester: Requester) -> Job:
    """Do not halt the server until it is released, or before a time. It must not have begun.

    Raises ``BadInput`` for a time that has passed.
    """
    require_ahead(until)
    words = f"until {until.isoformat(timespec='minutes')}" if until else "until it is released"

    def act(locked: Job) -> None:
        require(locked.is_active, f"The job is {locked.state}; only an active job can be held.")
        waiting = server.together.filter(NOT_BEGUN)
        changed = waiting.update(held=until is None, not_before=until)
        require(changed > 0, f"{server} has begun to move, so it goes through.")
        write_log(locked, f"Held by {requester} {words}: {_called(server)}.", step=server)

    return operate(server.job, act)


def release_server(server: JobServer, *, requester: Requester) -> Job:
    """Have the server halted as soon as its turn comes, whatever it was held for."""

    def act(locked: Job) -> None:
        held = Q(held=True) | Q(not_before__gt=timezone.now())
        waiting = server.together.filter(NOT_BEGUN & held)
        called = _called(server)
        require(waiting.update(held=False, not_before=None) > 0, f"{server} is not held.")
        if locked.state == JobState.HELD and locked.hold_before is None:
            transition_job(locked.pk, to=JobState.RUNNING, explanation="")
        write_log(locked, f"Released by {requester}: {called}.", step=server)

    return operate(server.job, act)


def put_first(server: JobServer, *, requester: Requester) -> Job:
    """Halt the server before all others that wait, and those that go with it."""

    def act(locked: Job) -> None:
        require(locked.is_active, f"The job is {locked.state}; only an active job has an order.")
        waiting = JobServer.objects.filter(NOT_BEGUN, job=locked.pk)
        first = waiting.aggregate(rank=Min("rank"))["rank"] or 0
        changed = server.together.filter(NOT_BEGUN).update(rank=first - 1)
        require(changed > 0, f"{server} has begun to move already.")
        write_log(locked, f"Goes first, by {requester}: {_called(server)}.", step=server)

    return operate(server.job, act)


def retry_server(server: JobServer, *, requester: Requester) -> Job:
    """Retry the failed steps of the server, and continue its job."""

    def act(locked: Job) -> None:
        require(retry_steps(locked, server.steps_of_chain) > 0, f"Nothing of {server} has failed.")
        write_log(locked, f"Retried by {requester}: {server}.", step=server)

    return operate(server.job, act)


def skip_server(server: JobServer, *, reason: str, requester: Requester) -> Job:
    """Go on without the failed steps of the server, and without what depends on them."""
    reason = checked_reason(reason, of="Skipping")

    def act(locked: Job) -> None:
        failed = list(server.steps_of_chain.filter(state__in=BROKEN_STEP_STATES))
        skipped = skip_steps(failed, reason=reason, by=str(requester))
        require(skipped, f"Nothing of {server} has failed, so nothing can be skipped.")
        continue_job(locked)
        write_log(locked, f"Skipped by {requester}: {server}: {reason}", step=server)

    return operate(server.job, act)


def take_out(
    server: JobServer,
    *,
    reason: str,
    requester: Requester,
    put_back: Callable[[Job, JobServer], None],
) -> Job:
    """Leave the server in the source: skip what is left of its chain, and continue its job.

    ``put_back`` undoes what has begun, once it is skipped.
    """
    reason = checked_reason(reason, of="Taking a server out")

    def act(locked: Job) -> None:
        chain = server.steps_of_chain
        is_busy = chain.filter(state=StepState.RUNNING).exists()
        require(not is_busy, f"A step of {server} is running.")
        rest = list(chain.exclude(state__in=FINISHED_STEP_STATES))
        skipped = skip_steps(rest, reason=reason, by=str(requester))
        require(skipped, f"{server} has moved already.")
        put_back(locked, server)
        _resume(locked)
        message = f"Taken out by {requester}: {server}: {reason}"
        write_log(locked, message, level=LogLevel.WARNING, step=server)

    return operate(server.job, act)


def _resume(job: Job) -> None:
    continue_job(job)
    if job.state == JobState.HELD and job.hold_before is None:
        transition_job(job.pk, to=JobState.RUNNING, explanation="")


def _called(server: JobServer) -> str:
    """Return the names of the servers that wait and go together."""
    return ", ".join(map(str, server.together.filter(NOT_BEGUN))) or str(server)
