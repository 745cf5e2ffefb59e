"""What a runner waits for when it takes what its threads have done."""

from queue import Empty
from typing import Any

import pytest

from dashboard.jobs.step_threads import CLOSELY_SECONDS, StepThreads


class Ended:
    """A queue of outcomes that notes for how long it was asked to wait."""

    def __init__(self, *outcomes: str) -> None:
        self.outcomes, self.waits = [*outcomes], []

    def get(self, *, timeout: float) -> str:
        self.waits.append(timeout)
        if not self.outcomes:
            raise Empty
        return self.outcomes.pop(0)


@pytest.mark.parametrize(
    ("ended", "at_work", "waits"),
    [
        (["a"], 1, [5]),
        (["a", "b"], 2, [5, CLOSELY_SECONDS]),
        (["a", "b"], 3, [5, CLOSELY_SECONDS, CLOSELY_SECONDS]),
        ([], 3, [5]),
    ],
)
def test_it_waits_for_no_more_than_are_at_work(ended: Any, at_work: int, waits: list[float]):
    threads = StepThreads()
    queue = threads._ended = Ended(*ended)
    assert threads.take_outcomes(seconds=5, at_work=at_work) == ended
    assert queue.waits == waits
