"""How many chains may be under way at once, found by how those before them went.

Clouds do not say how many copies they bear. So one chain begins alone and shows how long one takes,
and more follow while they take about as long. Where they take clearly longer, the clouds only share
out among them what they have, and fewer begin. Chains copy different sizes: each is compared with
the quickest of its size.

Pure: it is told the time, and what the rows say of the chains. All times are in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

FIRST_NUMBER = 1
MOST = 32
"""As many as two workers have threads for."""
GOOD, SLOW = 1.4, 1.75
"""Up to so many times the quickest one the number grows, from so many on it falls: one that takes
twice as long is down for twice as long."""
ALIKE = 1.1
"""Up to here they take alike: then it grows by half, and by ``FEW`` where that is more."""
FEW = 3
REFUSED = 2.0
"""What a chain counts for in which a cloud had to be asked again."""
LEAST_PART, LEAST_SECONDS = 0.1, 30.0
"""Of a copy: with so much of it there, or after so long, its rate tells how long it takes."""
UNASKED, PATIENCE = 3, 60.0
"""So many may begin though none has told anything yet, one more each time that many seconds have
passed: a capture may take an hour before there is a copy."""


@dataclass(frozen=True)
class Work:
    """Something that took so many seconds for so many bytes."""

    seconds: float
    size: int


@dataclass(frozen=True, kw_only=True)
class ChainTime:
    """What is known of one chain: when it began, and what it took once it is through.

    Of one under way, what its copy took so far for the bytes that are there, of ``copy_total``;
    and how long it took until that began.
    """

    begun: float
    through: Work | None = None
    copy: Work | None = None
    copy_total: int = 0
    before_copy: float = 0.0
    was_refused: bool = False

    @property
    def whole_copy(self) -> Work | None:
        """Its copy, as long as all of it takes at the rate so far; None while that is unknown."""
        if self.copy is None or not self.copy.size:
            return None
        if self.copy.size < LEAST_PART * self.copy_total and self.copy.seconds < LEAST_SECONDS:
            return None
        whole = self.copy_total / self.copy.size
        return Work(self.copy.seconds * whole, self.copy_total)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many chains may be under way at once, since when, and why it is this number.

    ``earlier`` is the job whose chains are known already. ``alone_seconds`` are what a copy of
    ``alone_size`` bytes took while it was alone, 0 while nobody knows; ``was_slow`` says
    that there were once too many.
    """

    number: int = FIRST_NUMBER
    since: float = 0.0
    most: int = MOST
    earlier: int | None = None
    was_slow: bool = False
    alone_seconds: float = 0.0
    alone_size: int = 0
    why: str = "the first shows how long one takes"

    def after(self, chains: Sequence[ChainTime], *, under_way: int, now: float) -> "Pace":
        """Return the pace after what those chains tell that began since this one holds.

        It grows only where so many are under way that it is what holds others back.
        """
        since = [chain for chain in chains if chain.begun >= self.since]
        told = self._slowness(since, chains)
        if not told:
            return self._unasked(chains, now)
        if len(told) < max(1, self.number // 2):
            return self
        ratio = median(told)
        if ratio > SLOW and self.number > 1:
            fewer = min(self.number - 1, round(self.number * GOOD / ratio))
            return replace(self, was_slow=True)._changed(max(1, fewer), ratio, now)
        if ratio <= GOOD and self.number <= under_way and self.number < self.most:
            return self._grown(since, chains, ratio, now)
        return self

    def _grown(
        self,
        since: Sequence[ChainTime],
        chains: Sequence[ChainTime],
        ratio: float,
        now: float,
    ) -> "Pace":
        """Return a higher pace: by more while all take alike, else by one after as many chains.

        Once too many were under way, only what whole chains took counts.
        """
        told = self._slowness([c for c in since if c.through or not self.was_slow], chains)
        alike = not self.was_slow and ratio <= ALIKE and max(told) <= GOOD
        if not alike and (len(told) < self.number or median(told) > GOOD):
            return self
        more = max(min(self.number, FEW), self.number // 2) if alike else 1
        pace = self._alone_in(chains) if self.number == 1 else self
        return pace._changed(min(self.number + more, self.most), ratio, now)

    def _alone_in(self, chains: Sequence[ChainTime]) -> "Pace":
        """Return the pace with what the copy took that is alone: later the rows no longer tell."""
        latest = max(chains, key=lambda chain: chain.begun).whole_copy
        if latest is None:
            return self
        return replace(self, alone_seconds=latest.seconds, alone_size=latest.size)

    def _unasked(self, chains: Sequence[ChainTime], now: float) -> "Pace":
        """Return the pace where nothing was told: after a while one more may begin, up to a few."""
        since = max(self.since, min((chain.begun for chain in chains), default=now))
        if self.number >= min(UNASKED, self.most) or now - since < PATIENCE:
            return self
        why = "those before have not shown yet how long one takes"
        return replace(self, number=self.number + 1, since=now, why=why)

    def _changed(self, number: int, ratio: float, now: float) -> "Pace":
        why = f"with {self.number}, one took {ratio:.1f} times as long as the quickest"
        if self.number == 1:
            why = "the first has shown how long one takes"
        return replace(self, number=number, since=now, why=why)

    def _slowness(self, chains: Sequence[ChainTime], known: Sequence[ChainTime]) -> Sequence[float]:
        """Return how many times as long as the quickest known one each takes that tells it."""
        through = [chain.through for chain in known if chain.through]
        copies = [copy for chain in known if (copy := chain.whole_copy)]
        if self.alone_size:
            copies.append(Work(self.alone_seconds, self.alone_size))
        through, copies = _quickest_of_each_size(through), _quickest_of_each_size(copies)
        found = [_ratio(chain, through, copies) for chain in chains]
        return [ratio for ratio in found if ratio is not None]


def _ratio(chain: ChainTime, through: Sequence[Work], copies: Sequence[Work]) -> float | None:
    """Return it by the whole chain and by its copy, whichever is more; None while it is unknown."""
    if chain.was_refused:
        return REFUSED
    copy = chain.whole_copy
    late = max(0.0, copy.seconds - _quickest(copy.size, copies)) if copy else 0.0
    if chain.through:
        seconds, size = chain.through.seconds, chain.through.size
        quickest = min(_quickest(size, through), max(seconds - late, 0.001))
        return seconds / quickest
    if copy is None:
        return None
    whole = chain.before_copy + copy.seconds - late
    if through:
        whole = max(whole, _quickest(copy.size, through))
    return (whole + late) / whole


def _quickest_of_each_size(known: Sequence[Work]) -> list[Work]:
    """Return what alone can be the quickest of all: many chains are of one size."""
    seconds: dict[int, float] = {}
    for each in known:
        seconds[each.size] = min(each.seconds, seconds.get(each.size, each.seconds))
    return [Work(least, size) for size, least in seconds.items()]


def _quickest(size: int, known: Sequence[Work]) -> float:
    """Return what something of that size takes at best. What is larger takes as much more: that
    may be too long where a part of it is the same for all, never too short."""
    return min(each.seconds * max(1.0, size / max(1, each.size)) for each in known) or 0.001
