"""The steps of jobs that call hooks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from dashboard.clients.hooks.base import Hook, Moment
from dashboard.hooks.configured import configured_hooks
from dashboard.hooks.models import HookCall
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Step
from dashboard.jobs.states import Phase

GROUP = "hook"
PREFIX = "hook:"


def is_hook(step: Step) -> bool:
    """Return whether a step calls a hook."""
    return step.key.startswith(PREFIX)


@dataclass(frozen=True)
class HookSteps:
    """Makes the steps of the configured hooks.

    ``ended`` are those that ended well: what they are about, the moment, and the hook's name.
    """

    hooks: Sequence[Hook]
    ended: Collection[tuple[str, str, str]] = ()

    @classmethod
    def read(cls, about: str = "") -> Self:
        """Read the configuration; what ended well for what begins with ``about`` is not called
        again. Raises ``BadInput`` for an error in the configuration."""
        hooks = configured_hooks()
        if not (hooks and about):
            return cls(hooks)
        done = HookCall.objects.filter(about__startswith=about, state=HookCall.State.DONE)
        return cls(hooks, set(done.values_list("about", "moment", "hook")))

    def at(
        self,
        moment: Moment,
        facts: Mapping[str, str],
        *,
        about: str = "",
        phase: Phase = Phase.PREPARE,
    ) -> list[StepSpec]:
        """Return a step for each hook of a moment, in a row, in the configuration's order.

        ``about`` names what they are about in all of its jobs, "" if this job is the only one. A
        step may be skipped: what follows only comes after it.
        """
        steps: list[StepSpec] = []
        for hook in self.hooks:
            is_due = hook.moment == moment and hook.concerns(facts)
            if is_due and (about, moment.value, hook.name) not in self.ended:
                after = [steps[-1].key] if steps else []
                steps.append(_step(hook, facts, about=about, phase=phase, after=after))
        return steps


def _step(
    hook: Hook, facts: Mapping[str, str], *, about: str, phase: Phase, after: Sequence[str]
) -> StepSpec:
    subject = facts.get(f"{hook.moment.subject}_id") or facts[hook.moment.subject]
    return StepSpec(
        key=f"{PREFIX}{hook.moment}:{subject}:{hook.name}"[:190],
        action=GROUP,
        title=f"Call hook “{hook.name}” {_words(hook.moment)} {facts[hook.moment.subject]}",
        group=GROUP,
        phase=phase,
        params={"hook": hook.name, "moment": hook.moment, "about": about, "facts": dict(facts)},
        after=after,
    )


def _words(moment: Moment) -> str:
    before_or_after, _, what = moment.partition("_")
    return f"{before_or_after} {'the rollback of' if what == 'rollback' else what}"


def around(
    steps: Sequence[StepSpec], *, before: Sequence[StepSpec], after: Sequence[StepSpec]
) -> list[StepSpec]:
    """Return steps between hooks: none begins before the first ones have ended, and the last ones
    begin when all have."""
    inner = list(steps)
    if before:
        inner = [_behind(step, before[-1].key) if _is_first(step) else step for step in steps]
    last = following(after, [step.key for step in inner])
    return [*before, *inner, *last]


def following(hooks: Sequence[StepSpec], keys: Iterable[str]) -> list[StepSpec]:
    """Return hooks of which the first begins when the steps with these keys have ended."""
    if not hooks:
        return []
    first = replace(hooks[0], after=[*hooks[0].after, *keys])
    return [first, *hooks[1:]]


def _is_first(step: StepSpec) -> bool:
    return not (step.needs or step.after)


def _behind(step: StepSpec, key: str) -> StepSpec:
    return replace(step, after=[*step.after, key])


def forget_calls(about: str) -> None:
    """Have hooks called anew for what was undone; ``about`` is the beginning of what they name."""
    HookCall.objects.filter(about__startswith=about).update(about="")
