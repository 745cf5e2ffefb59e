"""How an attempt at a step ended, and how that is recorded."""

import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from math import isfinite
from typing import Any

from django.db.models import F
from django.utils import timezone

from dashboard import secrets
from dashboard.errors import Cancelled, NotYet, PumphouseError, Retryable
from dashboard.jobs.claiming import MOST_ATTEMPTS
from dashboard.jobs.models import Dependency, LogLevel, LogLine, Step
from dashboard.jobs.states import StepState
from dashboard.jobs.transitions import in_transaction, transition_steps

LONGEST_PAUSE = 60.0
LONGEST_ASKED_PAUSE = 3600.0  # a cloud may name an hour of its own calendar as seconds
CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of one attempt at a step: its new state, other fields to set, and its log line."""

    step: Step
    state: StepState
    fields: dict[str, Any]
    message: str = ""
    level: LogLevel = LogLevel.ERROR


def done(step: Step) -> Outcome:
    """Return the outcome of a step that succeeded."""
    return Outcome(step=step, state=StepState.DONE, fields={})


def outcome_of(error: BaseException, step: Step, *, stopping: bool) -> Outcome:
    """Return the outcome for what a step raised; ``stopping`` says that it was asked to stop."""
    match error:
        case Cancelled() if stopping:
            return _put_back(step)
        case NotYet():
            return _look_again(step, error)
        case Retryable() if step.attempt < MOST_ATTEMPTS:
            return _retry_later(step, error)
        case PumphouseError() if not isinstance(error, Cancelled):
            return _failed(step, error)
        case _:
            return _errored(step, error)


def errored_without_text(step: Step, *errors: BaseException) -> Outcome:
    """Return the outcome for an error that cannot be described, and what describing it raised."""
    names = ", ".join(type(error).__name__ for error in errors)
    sentence = f"Internal error without a text: {names}"
    return Outcome(
        step=step,
        state=StepState.ERRORED,
        fields={"resumed": True, "error": sentence, "fix": "", "request_id": ""},
        message=f"{step.title}: {sentence}",
    )


def pause_before(attempt: int, retry_after: float | None) -> float:
    """Return the seconds to wait before a retry: what the cloud asked for, up to an hour, else 1,
    2, 4 … up to 60."""
    if retry_after is not None and isfinite(retry_after):
        return min(LONGEST_ASKED_PAUSE, max(0.0, retry_after))
    return min(LONGEST_PAUSE, 2.0 ** (attempt - 1))


def record(outcomes: Sequence[Outcome], *, owner: str) -> None:
    """Store outcomes, each only if the owner still holds the step's lease."""
    in_transaction(partial(_record, outcomes, owner))


def count_down(needs: Iterable[int], **which: Any) -> None:
    """Count finished steps off from what their dependents wait for; ``which`` filters the
    dependencies."""
    waiting = Dependency.objects.filter(needs_id__in=list(needs), **which)
    finished = Counter(waiting.values_list("step_id", flat=True))
    by_count: defaultdict[int, list[int]] = defaultdict(list)
    for step_id, count in finished.items():
        by_count[count].append(step_id)
    for count, ids in by_count.items():
        for chunk in chunks(ids):
            Step.objects.filter(pk__in=chunk).update(blockers=F("blockers") - count)


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    """Split ids into pieces that every database accepts in one statement."""
    remaining = iter(sorted(ids))
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _put_back(step: Step) -> Outcome:
    fields = {"resumed": True, "attempt": F("attempt") - 1}
    return Outcome(step=step, state=StepState.PENDING, fields=fields)


def _look_again(step: Step, wait: NotYet) -> Outcome:
    """Return the outcome of a step that waits: pending, with what it waits for and since when."""
    fields = {
        "resumed": True,
        # it went well: deaths of workers in months of waiting do not add up
        "attempt": 0,
        "not_before": timezone.now() + timedelta(seconds=wait.seconds),
        "waiting_for": secrets.mask(wait.sentence)[:250],
        "waiting_since": wait.since or timezone.now(),
        "error": "",
        "fix": "",
    }
    return Outcome(step=step, state=StepState.PENDING, fields=fields)


def _retry_later(step: Step, error: Retryable) -> Outcome:
    pause = pause_before(step.attempt, error.retry_after)
    due: datetime = timezone.now() + timedelta(seconds=pause)
    return Outcome(
        step=step,
        state=StepState.PENDING,
        fields={"resumed": True, "not_before": due, **_explanation(error)},
        message=f"{step.title}: {error.sentence} Retrying in {pause:.0f} s.",
        level=LogLevel.WARNING,
    )


def _failed(step: Step, error: PumphouseError) -> Outcome:
    return Outcome(
        step=step,
        state=StepState.FAILED,
        fields={"resumed": True, **_explanation(error)},
        message=f"{step.title}: {error}",
    )


def _errored(step: Step, error: BaseException) -> Outcome:
    sentence = f"Internal error: {type(error).__name__}: {error}"
    return Outcome(
        step=step,
        state=StepState.ERRORED,
        fields={"resumed": True, "error": secrets.mask(sentence), "fix": "", "request_id": ""},
        message=f"{step.title}:\n{''.join(traceback.format_exception(error))}",
    )


def _explanation(error: PumphouseError) -> dict[str, str]:
    return {
        "error": secrets.mask(error.sentence),
        "fix": secrets.mask(error.fix),
        "request_id": secrets.mask(error.request_id)[:80],
    }


def _record(outcomes: Sequence[Outcome], owner: str) -> None:
    _record_done([each.step.pk for each in outcomes if each.state == StepState.DONE], owner)
    for outcome in outcomes:
        if outcome.state != StepState.DONE:
            _record_other(outcome, owner)


def _record_done(ids: list[int], owner: str) -> None:
    mine = Step.objects.filter(pk__in=ids, lease_owner=owner)
    recorded = transition_steps(
        mine,
        to=StepState.DONE,
        lease_until=None,
        finished_at=timezone.now(),
        progress_done=F("progress_total"),
        error="",
        fix="",
        request_id="",
    )
    if recorded < len(ids):
        ids = list(mine.filter(state=StepState.DONE).values_list("pk", flat=True))
    count_down(ids)


def _record_other(outcome: Outcome, owner: str) -> None:
    step = outcome.step
    ended = None if outcome.state == StepState.PENDING else timezone.now()
    mine = Step.objects.filter(pk=step.pk, lease_owner=owner)
    fields = {"lease_owner": "", "lease_until": None, "finished_at": ended, **outcome.fields}
    if transition_steps(mine, to=outcome.state, **fields) and outcome.message:
        LogLine.objects.create(
            job_id=step.job_id,
            step=step,
            level=outcome.level,
            message=secrets.mask(outcome.message),
        )
