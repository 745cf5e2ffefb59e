"""Calls a hook in a step: sent once as far as anybody can know, then looked at until it is over.

The call is stored before it is sent. While its outcome is unknown it keeps its id, so that what is
sent again can be told from a second call; after a failure a retry is another call.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NoReturn

from django.utils import timezone

from dashboard import secrets
from dashboard.clients.hooks.base import Answer, Call, Hook
from dashboard.errors import NeedsOperator, NotYet
from dashboard.hooks.configured import hook_named
from dashboard.hooks.models import LONGEST_MESSAGE, HookCall
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Step

State = HookCall.State
SKIP = "Then retry the step, or skip it to go on without this hook."


def call_hook(step: Step, context: StepContext, *, facts: Mapping[str, str] | None = None) -> None:
    """Call the hook of a step, or go on with a call that was begun.

    ``facts`` are added to those of the step. Raises ``NotYet`` while it goes on, ``Retryable`` and
    ``NeedsOperator`` as the hook does.
    """
    hook = hook_named(step.params["hook"])
    row = _open_call(step)
    call = _call_of(row, step, hook, context, facts or {})
    try:
        _go_on(row, call, hook)
    except NeedsOperator as error:
        _end(row, State.FAILED)
        raise NeedsOperator(
            f"Hook “{hook.name}”: {error.sentence}", fix=f"{error.fix} {SKIP}".strip()
        ) from None
    _end(row, State.DONE)
    context.log(f"Hook “{hook.name}” ended well. {row.message}".strip())


def _open_call(step: Step) -> HookCall:
    """Return the call whose outcome is not known, also of an earlier job, or a new one."""
    about = step.params["about"]
    what = {"hook": step.params["hook"], "moment": step.params["moment"], "about": about}
    mine = {**what} if about else {**what, "step": step}
    last = HookCall.objects.filter(**mine, state__in=HookCall.OPEN).last()
    if last is None:
        return HookCall.objects.create(**what, step=step)
    if last.step_id != step.pk:
        last.step = step
        last.save(update_fields=["step"])
    return last


def _call_of(
    row: HookCall, step: Step, hook: Hook, context: StepContext, facts: Mapping[str, str]
) -> Call:
    answer = Answer(is_good=row.answer == "ok", message=row.message) if row.answer else None
    return Call(
        id=str(row.pk),
        hook=hook.name,
        moment=row.moment,
        facts={**step.params["facts"], **facts, "job": str(step.job_id)},
        seconds=hook.seconds,
        answer_url=row.answer_url,
        answer=answer,
        check=context.check,
    )


def _go_on(row: HookCall, call: Call, hook: Hook) -> None:
    if row.state == State.INTENDED and not row.answer:
        _send(row, call, hook)
    if not hook.kind.is_over(call, row.reference):
        _wait(row, hook)


def _send(row: HookCall, call: Call, hook: Hook) -> None:
    """Start the hook, unless an attempt that was lost has."""
    reference = hook.kind.find(call) if row.was_tried else None
    if reference is None:
        if not row.was_tried:
            row.was_tried = True
            row.save(update_fields=["was_tried"])
        reference = hook.kind.start(call)
    # an answer may have come before: only these fields are this worker's
    row.reference, row.state = reference[:100], State.STARTED
    HookCall.objects.filter(pk=row.pk).update(reference=row.reference, state=row.state)


def _wait(row: HookCall, hook: Hook) -> NoReturn:
    """Raise ``NotYet``, or ``NeedsOperator`` when its time is over: later answers are refused."""
    ends_at = row.created_at + timedelta(seconds=hook.seconds)
    if timezone.now() >= ends_at and _end(row, State.FAILED, answer=""):
        raise NeedsOperator(
            f"It was not over after {hook.seconds} s.", fix="Look what it waits for."
        )
    raise NotYet(f"hook “{hook.name}”", seconds=hook.kind.pause, since=row.created_at)


def _end(row: HookCall, state: HookCall.State, **unless_changed: str) -> bool:
    """Store the outcome, and return whether it was; not where an answer has changed the row."""
    mine = HookCall.objects.filter(pk=row.pk, state__in=HookCall.OPEN, **unless_changed)
    return bool(mine.update(state=state, ended_at=timezone.now()))


def short(message: str) -> str:
    """Return the words of another program as they may be stored and shown."""
    return secrets.mask(" ".join(message.split()))[:LONGEST_MESSAGE]
