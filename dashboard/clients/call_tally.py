"""Counts the calls to one service of a cloud: how many, how long they took, how they went."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the seconds that calls took; the last count is of all that took longer."""
LOST, SERVER, CLIENT = "lost", "server", "client"
"""No answer came; the service said 5xx; it said 4xx, other than that there is nothing (404)."""


@dataclass
class CallTally:
    """What was counted. Not for threads: who counts holds a lock."""

    seconds: float = 0.0
    retries: int = 0
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, seconds: float, status: int, *, is_lost: bool) -> None:
        """Count a call."""
        self.seconds += seconds
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        if kind := _kind(status, is_lost=is_lost):
            self.errors[kind] += 1

    def __add__(self, other: Self) -> "CallTally":
        """Return what both have counted."""
        return self._with(other, 1)

    def __sub__(self, other: Self) -> "CallTally":
        """Return what was counted since the other one was."""
        return self._with(other, -1)

    def _with(self, other: Self, sign: int) -> "CallTally":
        kinds = {*self.errors, *other.errors}
        errors = {kind: self.errors[kind] + sign * other.errors[kind] for kind in kinds}
        return CallTally(
            seconds=self.seconds + sign * other.seconds,
            retries=self.retries + sign * other.retries,
            counts=[a + sign * b for a, b in zip(self.counts, other.counts, strict=True)],
            errors=Counter({kind: number for kind, number in errors.items() if number}),
        )


def _kind(status: int, *, is_lost: bool) -> str:
    if is_lost:
        return LOST
    if status >= 500:
        return SERVER
    return CLIENT if status >= 400 and status != 404 else ""
