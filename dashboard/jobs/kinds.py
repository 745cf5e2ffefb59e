"""Kinds of jobs.

A kind is one file in the ``job_kinds`` package of an app: a subclass of ``JobKind`` with a name.
It is found by that alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from dashboard.errors import BadInput
from dashboard.jobs.app_packages import app_packages
from dashboard.jobs.events import Event
from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import Phase
from dashboard.plugins import named_classes

BYTES = "bytes"
"""The unit of progress that rates and the time left are computed from."""
SECONDS = "seconds"
"""The unit of a step that waits: the rest of its total is the time left."""


@dataclass(frozen=True, kw_only=True)
class StepSpec:
    """A step before it is a row.

    ``needs`` and ``after`` are keys of other steps of the job: skipping a step also skips those
    that need it, ``after`` is only an order. ``expected_bytes`` is the size of the data that
    the step will move, so that the time left is known before it starts. Steps of one ``chain`` go
    through together, from the one that ``opens_chain``.
    """

    key: str
    action: str
    title: str
    group: str = ""
    phase: Phase = Phase.PREPARE
    params: Mapping[str, Any] = field(default_factory=dict)
    needs: Sequence[str] = ()
    after: Sequence[str] = ()
    expected_bytes: int = 0
    chain: str = ""
    opens_chain: bool = False


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """What the engine offers to a running step.

    ``log(message, level=...)`` writes a line at once. ``progress(done, total, unit)`` may be called
    at any rate; it is stored at most once a second. ``check()`` raises ``Cancelled`` when the job
    was cancelled or the lease lost. ``resumed`` is true when an earlier attempt may have left
    something behind. ``advanced()`` says that something was stored that is not done again: earlier
    deaths of its workers no longer count against the step.
    """

    log: Callable[..., None]
    progress: Callable[[int, int, str], None]
    check: Callable[[], None]
    resumed: bool
    advanced: Callable[[], None] = lambda: None


class JobKind:
    """The work behind one kind of job."""

    name: ClassVar[str]
    permission: ClassVar[Action]
    """What a user must be allowed to start such a job, and to continue one: both do its work."""
    is_internal: ClassVar[bool] = False
    """Whether its jobs stay out of the lists of what runs and what needs an operator."""

    def perform(self, step: Step, context: StepContext) -> None:
        """Run one step. Must be idempotent: it is called again after a crash.

        Raises ``Retryable`` to be retried later, ``NeedsOperator`` or ``BadInput`` to fail with a
        sentence, ``Cancelled`` to go back to pending; anything else marks the step errored.
        """
        raise NotImplementedError

    def on_finished(self, job: Job) -> None:
        """React to the end of a job, however it ended; called after its state is stored.

        Only reads and writes rows: the web process calls it when a queued job is cancelled.
        """

    def event(self, job: Job) -> Event | None:
        """Return what people should hear now that the job has ended or is held, None for nothing.

        Called while the state is being stored, before ``on_finished``. Only reads rows.
        """
        return None


@cache
def _registry() -> dict[str, JobKind]:
    return {kind.name: kind() for kind in named_classes(JobKind, *app_packages("job_kinds"))}


def job_kind(name: str) -> JobKind:
    """Return the kind with that name. Raises ``BadInput`` when there is none."""
    try:
        return _registry()[name]
    except KeyError:
        known = ", ".join(sorted(_registry()))
        raise BadInput(f"There is no kind of job named {name!r}.", fix=f"Known: {known}.") from None


def permission_for(kind: str) -> Action:
    """Return what it takes to start or continue a job of that kind: an admin, if it is unknown."""
    known = _registry().get(kind)
    return known.permission if known else Action.MANAGE_USERS


def internal_kinds() -> list[str]:
    """Return the names of the kinds whose jobs only serve other jobs."""
    return [name for name, kind in _registry().items() if kind.is_internal]


__all__ = [
    "BYTES",
    "SECONDS",
    "JobKind",
    "LogLevel",
    "StepContext",
    "StepSpec",
    "internal_kinds",
    "job_kind",
    "permission_for",
]
