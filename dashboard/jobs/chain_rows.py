"""What became of each server of a job: when it went down, where it is, and when it ran again.

Each chain begins with the step that halts a server, and ends with the one after which its copy is
as the server was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import BROKEN_STEP_STATES, StepState

WAITS, MOVES, FAILED, MOVED, SKIPPED = "pending", "running", "failed", "done", "skipped"
WORDS = {
    WAITS: "Not begun",
    MOVES: "In cutover",
    FAILED: "Failed",
    MOVED: "Moved",
    SKIPPED: "Skipped",
}
PORTION = 200


@dataclass(frozen=True, kw_only=True)
class ChainRow:
    """A server in a job. Times are None until they have come; sizes are in bytes."""

    title: str
    state: str
    current: Sequence[str]
    halted_at: datetime | None
    runs_at: datetime | None
    bytes_done: int
    bytes_total: int
    is_over: bool
    """Whether the job has ended: what happened to a server since is not known here."""

    @property
    def words(self) -> str:
        """The state for people."""
        return WORDS[self.state]

    @property
    def seconds_down(self) -> float | None:
        """For how long the server has been down, in seconds; None if it was not, or if the job has
        ended before it ran again."""
        is_unknown = self.is_over and self.runs_at is None
        if self.halted_at is None or self.state == SKIPPED or is_unknown:
            return None
        return ((self.runs_at or timezone.now()) - self.halted_at).total_seconds()


def servers_of(job: Job) -> QuerySet[Step]:
    """Return the steps that halt the job's servers, in the order of the plan: one for each."""
    return job.steps.filter(opens_chain=True).order_by("ordinal")


def rows_of(job: Job, halts: Sequence[Step]) -> list[ChainRow]:
    """Return what became of the servers that these steps of a job halt. Takes one query."""
    by_chain: defaultdict[str, list[Step]] = defaultdict(list)
    for step in job.steps.filter(chain__in={halt.chain for halt in halts}).order_by("ordinal"):
        by_chain[step.chain].append(step)
    return [_row(halt, by_chain[halt.chain], is_over=not job.is_active) for halt in halts]


def all_rows(job: Job) -> Iterator[ChainRow]:
    """Yield the rows of all servers of a job, portion by portion."""
    for page in Paginator(servers_of(job), PORTION):
        yield from rows_of(job, list(page.object_list))


def _row(halt: Step, chain: Sequence[Step], *, is_over: bool) -> ChainRow:
    state = _state(halt, chain)
    ended = [step.finished_at for step in chain if step.finished_at]
    sizes = [step for step in chain if step.progress_unit == BYTES]
    return ChainRow(
        title=halt.title.split(" ", 2)[-1],  # "Halt server web-1"
        state=state,
        current=[step.title for step in _current(chain)],
        halted_at=halt.started_at,
        runs_at=max(ended) if state == MOVED else None,
        bytes_done=sum(step.progress_done for step in sizes),
        bytes_total=sum(step.progress_total for step in sizes),
        is_over=is_over,
    )


def _state(halt: Step, chain: Sequence[Step]) -> str:
    states = {step.state for step in chain}
    if states & {*BROKEN_STEP_STATES}:
        return FAILED
    if halt.state == StepState.SKIPPED:
        return SKIPPED
    if states <= {StepState.DONE, StepState.SKIPPED}:
        return MOVED
    return WAITS if halt.started_at is None else MOVES


def _current(chain: Iterable[Step]) -> list[Step]:
    """Return the steps that run or have failed."""
    return [step for step in chain if step.state in (StepState.RUNNING, *BROKEN_STEP_STATES)]
