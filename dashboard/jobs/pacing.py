"""Adapts how many chains of a job may be under way, by what the rows of its steps say.

Nothing is known in memory alone: whichever worker looks next goes on from the job's row.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job, Step
from dashboard.jobs.pace import UNASKED, ChainTime, Pace, Work
from dashboard.jobs.states import BROKEN_STEP_STATES, FINISHED_STEP_STATES

WINDOW = 40
"""How many chains are looked at, the latest ones: clouds change."""
ENOUGH = 2 * UNASKED
_READ = (
    *("chain", "opens_chain", "state", "attempt", "started_at", "finished_at"),
    *("progress_unit", "progress_done", "progress_total", "progress_at"),
)


def stored(pace: Pace) -> dict[str, object]:
    """Return the fields of a job with that pace."""
    kept = {name: value for name, value in asdict(pace).items() if name != "number"}
    return {"chains_at_once": pace.number, "pace": kept}


def pace_of(job: Job) -> Pace:
    """Return the pace of a job whose number adapts."""
    return Pace(number=job.chains_at_once or 1, **(job.pace or {}))


def pace_following(job: Job | None, *, most: int) -> Pace:
    """Return the pace of a job whose chains go as those of an earlier one, None for none.

    A few may begin at once then, and fewer where the earlier one found fewer, of chains enough.
    """
    if job is None:
        return Pace(most=most)
    number = UNASKED
    if job.steps.filter(opens_chain=True).count() >= ENOUGH:
        number = min(number, job.chains_at_once or number)
    why = "earlier moves have shown how long one takes"
    since = timezone.now().timestamp()
    began = replace(pace_of(job), number=min(number, most), since=since, most=most)
    return replace(began, earlier=job.pk, was_slow=False, why=why)


def words_at_once(job: Job) -> str:
    """Return how many servers are in cutover at once, and why, for people."""
    number = job.chains_at_once or 1
    adapting = f", adapting: {job.why_at_once}" if job.pace else ""
    group = f", {words}" if (words := job.group_at_once) else ""
    return f"{number} server{'' if number == 1 else 's'} at a time{adapting}{group}"


def adapt(job: Job, *, under_way: int) -> int:
    """Return how many chains may be under way now, after what those before have told.

    A number that an operator chose stays. Of several workers that look at once, one stores it.
    """
    if job.pace is None:
        return job.chains_at_once or 1
    before = pace_of(job)
    pace = before.after(chain_times(job), under_way=under_way, now=timezone.now().timestamp())
    if pace != before:
        same = Job.objects.filter(pk=job.pk, chains_at_once=before.number, pace__isnull=False)
        if same.update(**stored(pace)):
            write_log(job, f"Servers at once: {pace.number}, adapting: {pace.why}.")
    return pace.number


def chain_times(job: Job) -> list[ChainTime]:
    """Return what the latest chains of a job tell, and of the one that it follows."""
    found = _times(job.pk)
    earlier = pace_of(job).earlier
    return [*found, *_times(earlier)] if earlier and len(found) < WINDOW else found


def _times(job_id: int) -> list[ChainTime]:
    """Return what the latest chains of one job tell. Takes two queries."""
    begun = Step.objects.filter(job=job_id, opens_chain=True, started_at__isnull=False)
    latest = set(begun.order_by("-started_at").values_list("chain", flat=True)[:WINDOW])
    by_chain: defaultdict[str, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(job=job_id, chain__in=latest).only(*_READ):
        by_chain[step.chain].append(step)
    found = [_time(chain) for chain in by_chain.values()]
    return [time for time in found if time]


def _time(chain: Sequence[Step]) -> ChainTime | None:
    """Return what a chain tells; nothing once a step of it has failed."""
    steps = [step for step in chain if step.started_at]
    if any(step.state in BROKEN_STEP_STATES for step in steps):
        return None
    begun = min(_span(step)[0] for step in steps if step.opens_chain)
    copies = [step for step in steps if step.progress_unit == BYTES and step.progress_done]
    size = sum(step.progress_done for step in copies)
    is_through = all(step.state in FINISHED_STEP_STATES for step in chain)
    copy = max(copies, key=lambda step: step.progress_total, default=None)
    return ChainTime(
        begun=begun,
        through=Work(_seconds_at_work(steps), size) if is_through else None,
        copy=_copy(copy) if copy else None,
        copy_total=copy.progress_total if copy else 0,
        before_copy=max(0.0, _span(copy)[0] - begun) if copy else 0.0,
        was_refused=any(step.attempt > 1 for step in steps),
    )


def _copy(step: Step) -> Work:
    begun, ended = _span(step)
    return Work(max(ended - begun, 0.001), step.progress_done)


def _seconds_at_work(steps: Iterable[Step]) -> float:
    """Return for how long any of the steps ran. Between them somebody may have come to help."""
    seconds, until = 0.0, 0.0
    for begun, ended in sorted(_span(step) for step in steps):
        seconds += max(0.0, ended - max(begun, until))
        until = max(until, ended)
    return max(seconds, 0.001)


def _span(step: Step) -> tuple[float, float]:
    """Return when a step began, and when it ended or last told of its progress."""
    begun = step.started_at or timezone.now()
    ended = step.finished_at or step.progress_at or begun
    return begun.timestamp(), max(begun, ended).timestamp()
