"""The failures of a job on its page: one card for each cause, however many steps it has failed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.jobs.models import Step

WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Failure:
    """One cause: the first step that failed by it, and the others."""

    step: Step
    others: Sequence[Step]


def failures_of(steps: Iterable[Step]) -> list[Failure]:
    """Return the causes of failed steps, in the order of each one's first step.

    Errors that differ only in names of the step's own object, and in numbers and ids, have one
    cause.
    """
    by_cause: dict[tuple[str, str, str], list[Step]] = {}
    for step in steps:
        by_cause.setdefault(_cause(step), []).append(step)
    return [Failure(first, others) for first, *others in by_cause.values()]


def _cause(step: Step) -> tuple[str, str, str]:
    own = set(WORD.findall(step.title))

    def common(text: str) -> str:
        return WORD.sub(lambda found: "…" if _differs(found[0], own) else found[0], text)

    return step.state, common(step.error), common(step.fix)


def _differs(word: str, own: set[str]) -> bool:
    return word.rstrip(".") in own or any(sign.isdigit() for sign in word)
