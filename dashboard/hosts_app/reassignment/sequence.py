"""The names of the steps that follow an evacuation, and which of them need which."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dashboard.jobs.kinds import StepSpec

REMOVE, SWITCH, BOOT, FORGET, DISCOVER = "remove", "switch", "boot", "forget", "discover"
ASSIGN, PROVISION, DEPLOY = "assign", "provision", "deploy"
JOIN, PROBE, REFRESH = "join", "probe", "refresh"
HEALTH_BEFORE, HEALTH_AFTER = "health_before", "health_after"

MAY_SKIP = frozenset({HEALTH_BEFORE, SWITCH, FORGET, PROBE, HEALTH_AFTER})
"""Steps that a person may skip or do by hand: later steps do not need them."""


def in_a_row(steps: Iterable[StepSpec], *, needs: Sequence[str]) -> list[StepSpec]:
    """Return the steps one after the other; the first ones need those of the keys ``needs``.

    A step needs the last one before it that nobody may skip, and only follows the others.
    """
    row: list[StepSpec] = []
    after: list[str] = []
    for step in steps:
        row.append(replace(step, needs=needs, after=after))
        if step.key in MAY_SKIP:
            after = [step.key]
        else:
            needs, after = [step.key], []
    return row
