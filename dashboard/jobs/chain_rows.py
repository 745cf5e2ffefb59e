"""What became of each server of a job: when it went down, where it is, and when it ran again.

Each chain begins with the step that halts a server, and ends with the one after which its copy is
as the server was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import PREDICTED, SERVER, Job, JobServer, Step
from dashboard.jobs.states import BROKEN_STEP_STATES, FINISHED_STEP_STATES, StepState

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


@dataclass(frozen=True)
class Part:
    """A part of what is done with a server, in a word, and the state of its steps together."""

    word: str
    state: str


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
    def pipeline(self) -> list["Part"]:
        """What is done with the server, from its halt on, each with where it is."""
        ordered = sorted(self.steps, key=lambda step: (not step.opens_chain, step.ordinal))
        found: dict[str, set[str]] = {}
        for step in ordered:
            found.setdefault(step.title.partition(" ")[0].lower(), set()).add(step.state)
        return [Part(word, _common(states)) for word, states in found.items()]

    @property
    def predicted_seconds(self) -> float | None:
        """For how long it was to be down at most, None where nothing had been measured."""
        return self._predicted("seconds")

    @property
    def predicted_bytes(self) -> int | None:
        """How many bytes were to be copied at most, None for a job of an older version."""
        size = self._predicted("bytes")
        return None if size is None else int(size)

    def _predicted(self, name: str) -> float | None:
        found: float | None = self.server.params.get(SERVER, {}).get(PREDICTED, {}).get(name)
        return found

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


def rows_of_halts(job: Job, keys: Collection[str]) -> list[ChainRow]:
    """Return the rows of the servers that steps of these keys halt. Takes one query."""
    chains = Step.objects.filter(job=job, key__in=keys).values("chain")
    by_chain: defaultdict[str, list[JobServer]] = defaultdict(list)
    # all steps of the chains, and those that begin one among them
    found = JobServer._base_manager.filter(job=job, chain__in=chains).exclude(chain="")
    for step in found.order_by("ordinal"):
        by_chain[step.chain].append(step)
    return [
        _row(step, chain, is_over=not job.is_active)
        for chain in by_chain.values()
        for step in chain
        if step.opens_chain
    ]


def all_rows(job: Job) -> Iterator[ChainRow]:
    """Yield the rows of all servers of a job, portion by portion."""
    for page in Paginator(servers_of(job), PORTION):
        yield from rows_of(job, list(page.object_list))


def _common(states: set[str]) -> str:
    """Return the state of steps that are one part: what failed, else what runs, else the rest."""
    order = (*BROKEN_STEP_STATES, StepState.RUNNING, StepState.PENDING, StepState.DONE)
    return next((state for state in order if state in states), StepState.SKIPPED)


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
    if states <= FINISHED_STEP_STATES:
        return MOVED
    if halt.started_at is None:
        return HELD if halt.is_held else WAITS
    return MOVES


def ended_chains(steps: QuerySet[Step]) -> QuerySet[Any, Any]:
    """Return the jobs and names of chains of which all steps have ended, each with ``ended``."""
    chains = steps.exclude(chain="").order_by().values("job_id", "chain")
    left = Count("pk", filter=~Q(state__in=FINISHED_STEP_STATES))
    return chains.annotate(ended=Max("finished_at"), left=left).filter(left=0)
