"""What became of each server of a job: when it went down, where it is, and when it ran again.

Each chain begins with the step that halts a server, and ends with the one after which its copy is
as the server was.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job, JobServer, Step
from dashboard.jobs.states import BROKEN_STEP_STATES, StepState

WAITS, MOVES, FAILED, MOVED, SKIPPED = "pending", "running", "failed", "done", "skipped"
HELD = "held"
WORDS = {
    WAITS: "Not begun",
    HELD: "Held",
    MOVES: "In cutover",
    FAILED: "Failed",
    MOVED: "Moved",
    SKIPPED: "Skipped",
}
PORTION = 200


@dataclass(frozen=True, kw_only=True)
class ChainRow:
    """A server in a job. Times are None until they have come; sizes are in bytes."""

    server: JobServer
    state: str
    steps: Sequence[Step]
    """Its chain, in order: the small pipeline."""
    halted_at: datetime | None
    runs_at: datetime | None
    bytes_done: int
    bytes_total: int
    is_over: bool
    """Whether the job has ended: what happened to a server since is not known here."""

    @property
    def title(self) -> str:
        """The name of the server."""
        return str(self.server)

    @property
    def current(self) -> list[str]:
        """The titles of the steps that run or have failed."""
        shown = (StepState.RUNNING, *BROKEN_STEP_STATES)
        return [step.title for step in self.steps if step.state in shown]

    @property
    def begins_at(self) -> datetime | None:
        """When it may be halted at the earliest, where it has such a time."""
        waits = self.state == HELD and not self.server.held
        return self.server.not_before if waits else None

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


def servers_of(job: Job) -> QuerySet[JobServer]:
    """Return the servers of the job, in the order of the plan."""
    return JobServer.objects.filter(job=job).order_by("ordinal")


def rows_of(job: Job, halts: Sequence[JobServer]) -> list[ChainRow]:
    """Return what became of the servers that these steps of a job halt. Takes one query."""
    by_chain: defaultdict[str, list[Step]] = defaultdict(list)
    for step in job.steps.filter(chain__in={halt.chain for halt in halts}).order_by("ordinal"):
        by_chain[step.chain].append(step)
    return [_row(halt, by_chain[halt.chain], is_over=not job.is_active) for halt in halts]


def rows_of_several(halts: Sequence[JobServer]) -> list[ChainRow]:
    """Return what became of servers of several jobs, which were read with them. Takes one query."""
    by_chain: defaultdict[tuple[int, str], list[Step]] = defaultdict(list)
    of = {"job__in": {halt.job_id for halt in halts}, "chain__in": {halt.chain for halt in halts}}
    for step in Step.objects.filter(**of).order_by("ordinal"):
        by_chain[step.job_id, step.chain].append(step)
    return [
        _row(halt, by_chain[halt.job_id, halt.chain], is_over=not halt.job.is_active)
        for halt in halts
    ]


def all_rows(job: Job) -> Iterator[ChainRow]:
    """Yield the rows of all servers of a job, portion by portion."""
    for page in Paginator(servers_of(job), PORTION):
        yield from rows_of(job, list(page.object_list))


def _row(halt: JobServer, chain: Sequence[Step], *, is_over: bool) -> ChainRow:
    state = _state(halt, chain)
    ended = [step.finished_at for step in chain if step.finished_at]
    sizes = [step for step in chain if step.progress_unit == BYTES]
    return ChainRow(
        server=halt,
        state=state,
        steps=chain,
        halted_at=next((step.started_at for step in chain if step.key == halt.halt_key), None),
        runs_at=max(ended) if state == MOVED else None,
        bytes_done=sum(step.progress_done for step in sizes),
        bytes_total=sum(step.progress_total for step in sizes),
        is_over=is_over,
    )


def _state(halt: JobServer, chain: Sequence[Step]) -> str:
    states = {step.state for step in chain}
    if states & {*BROKEN_STEP_STATES}:
        return FAILED
    if halt.state == StepState.SKIPPED:
        return SKIPPED
    if states <= {StepState.DONE, StepState.SKIPPED}:
        return MOVED
    if halt.started_at is None:
        return HELD if halt.is_held else WAITS
    return MOVES
