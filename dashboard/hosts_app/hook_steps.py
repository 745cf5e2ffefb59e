"""The hooks around what is done to a host."""

from collections.abc import Mapping, Sequence

from dashboard.clients.hooks.base import Moment
from dashboard.hooks.steps import HookSteps, around
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase


def between_hooks(steps: Sequence[StepSpec], *, facts: Mapping[str, str]) -> list[StepSpec]:
    """Return the steps of a host's job between its hooks, which another job calls anew.

    Raises ``BadInput`` for an error in the configuration.
    """
    hooks = HookSteps.read()
    return around(
        steps,
        before=hooks.at(Moment.BEFORE_HOST, facts),
        after=hooks.at(Moment.AFTER_HOST, facts, phase=Phase.COMPLETE),
    )
