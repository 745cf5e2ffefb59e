"""The order of a rollback: the copy is halted, the source gets its own back, the rest is removed.

What returns to the source waits for no removal on the destination, since one may fail for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.resources.records import Stage
from dashboard.migrations_app.resources.registry import resource_type

HALT = "halt"
_RETURNS, CLOSES = "returns", "closes"


def returns_source(step: StepSpec) -> bool:
    """Return whether a step of a rollback is needed for the source to be as it was."""
    return bool(step.params.get(_RETURNS))


def backward(forward: Sequence[StepSpec]) -> list[StepSpec]:
    """Return the steps that undo these, which are steps of an execution in their order."""
    return _Backward(forward).steps()


@dataclass
class _Backward:
    """An execution's steps, with those that relied on each."""

    forward: Sequence[StepSpec]
    relying: dict[str, list[StepSpec]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relying = {step.key: [] for step in self.forward}
        for step in self.forward:
            for key in {*step.needs, *step.after} & self.relying.keys():
                self.relying[key].append(step)

    def steps(self) -> list[StepSpec]:
        """Return the steps of the rollback."""
        backwards = self.forward[::-1]
        return [
            *(self._halt(step) for step in backwards if _begins_copy(step)),
            *(self._return(step) for step in backwards if _takes_from_source(step)),
            *(self._undo(step) for step in backwards if not _takes_from_source(step)),
        ]

    @cached_property
    def _halts(self) -> dict[str, str]:
        """The key of the step that halts an object's copy, by the key of the object."""
        begun = (step for step in self.forward if _begins_copy(step))
        return {_object(step): f"{_object(step)}:{HALT}" for step in begun}

    @cached_property
    def _closing(self) -> set[str]:
        """The keys of the steps that are the last to be undone of their objects."""
        order = sorted(self.forward, key=_takes_from_source)
        return set({_object(step): step.key for step in reversed(order)}.values())

    @cached_property
    def _returning(self) -> dict[str, list[str]]:
        """The keys of the steps that give the source its own back, by the key of the object."""
        found: dict[str, list[str]] = {}
        for step in filter(_takes_from_source, self.forward):
            found.setdefault(_object(step), []).append(step.key)
        return found

    def _halt(self, step: StepSpec) -> StepSpec:
        """Return the step that halts a copy, after the copies that rely on it."""
        relying = (each for each in self.relying[step.key] if _begins_copy(each))
        title = f"Halt the copy of {step.title.removeprefix(_stage(step).verb).strip()}"
        after = [self._halts[_object(each)] for each in relying]
        return _step(step, f"{_object(step)}:{HALT}", HALT, title, after, {_RETURNS: True})

    def _return(self, step: StepSpec) -> StepSpec:
        first = resource_type(step.group).returns_after
        after = [
            each.key
            for each in self.relying[step.key]
            if each.group in first and _takes_from_source(each)
        ]
        return self._undoing(step, after, {_RETURNS: True})

    def _undo(self, step: StepSpec) -> StepSpec:
        after = self._relying_through(step)
        if step.key in self._closing:
            after += self._returning.get(_object(step), [])
        return self._undoing(step, list(dict.fromkeys(after)), {})

    def _relying_through(self, step: StepSpec) -> list[str]:
        """Return the keys of the steps that relied on one, through what returns early as well."""
        found: list[str] = []
        for each in self.relying[step.key]:
            found.append(each.key)
            if _takes_from_source(each):
                found += self._relying_through(each)
        return found

    def _undoing(self, step: StepSpec, after: list[str], params: dict[str, bool]) -> StepSpec:
        halt = [self._halts[_object(step)]] if _object(step) in self._halts else []
        params = {**params, CLOSES: step.key in self._closing}
        return _step(step, step.key, step.action, f"Undo: {step.title}", [*halt, *after], params)


def _step(
    step: StepSpec, key: str, action: str, title: str, after: list[str], params: dict[str, bool]
) -> StepSpec:
    return StepSpec(
        key=key,
        action=action,
        title=title,
        group=step.group,
        phase=Phase.PREPARE,
        params={**step.params, **params},
        after=after,
    )


def _object(step: StepSpec) -> str:
    return step.key.rpartition(":")[0]


def _begins_copy(step: StepSpec) -> bool:
    return resource_type(step.group).halted_from == step.action


def _takes_from_source(step: StepSpec) -> bool:
    return _stage(step).on_source


def _stage(step: StepSpec) -> Stage:
    return resource_type(step.group).stage(step.action)
