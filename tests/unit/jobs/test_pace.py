"""How many chains may be under way adapts to simulated clouds that bear some copies at once."""

from dataclasses import dataclass, replace

import pytest

from dashboard.jobs.pace import MOST, ChainTime, Pace, Work

BEFORE, COPY, AFTER = 10.0, 40.0, 10.0
"""What parts of a chain take that is alone, in seconds."""
SIZE = 1000


@dataclass
class Chain:
    """A chain on a simulated cloud."""

    begun: float
    left: float = COPY
    copied_at: float | None = None
    ended: float | None = None

    def told(self, now: float) -> ChainTime:
        copied = int(SIZE * (COPY - self.left) / COPY)
        spent = (self.copied_at or now) - self.begun - BEFORE
        return ChainTime(
            begun=self.begun,
            through=Work(self.ended - self.begun, SIZE) if self.ended else None,
            copy=Work(spent, copied) if copied else None,
            copy_total=SIZE,
            before_copy=BEFORE,
        )


class SimulatedClouds:
    """Clouds that bear ``capacity`` copies at once; more of them share that. A tick is a second."""

    def __init__(self, capacity: int, pace: Pace) -> None:
        self.capacity, self.pace = capacity, pace
        self.now = 0.0
        self.chains: list[Chain] = []
        self.numbers: list[int] = []

    def move(self, servers: int) -> None:
        while sum(chain.ended is not None for chain in self.chains) < servers:
            self.now += 1
            self._copy()
            live = self._live()
            told = [chain.told(self.now) for chain in self.chains[-40:]]
            self.pace = self.pace.after(told, under_way=len(live), now=self.now)
            free = min(self.pace.number - len(live), servers - len(self.chains))
            self.chains += [Chain(self.now) for _ in range(free)]
            self.numbers.append(self.pace.number)

    def _live(self) -> list[Chain]:
        return [chain for chain in self.chains if chain.ended is None]

    def _copy(self) -> None:
        live = self._live()
        copying = [c for c in live if self.now - c.begun > BEFORE and c.copied_at is None]
        for chain in copying:
            chain.left -= min(1.0, self.capacity / len(copying))
            if chain.left <= 0:
                chain.left, chain.copied_at = 0.0, self.now
        for chain in live:
            if chain.copied_at is not None and self.now - chain.copied_at >= AFTER:
                chain.ended = self.now

    def now_of(self, chain: int) -> int:
        """Return for how many ticks the last ones ran from that chain on."""
        return int(self.now - self.chains[chain].begun)

    @property
    def downtimes(self) -> list[float]:
        return [chain.ended - chain.begun for chain in self.chains]


@pytest.mark.parametrize(
    "capacity, least, most", [(1, 2, 2), (2, 3, 4), (6, 7, 12), (1000, 22, MOST)]
)
def test_the_number_settles_near_what_the_clouds_bear(capacity, least, most):
    """A third of a chain is no copy: clouds that bear 2 copies are busy with 3 chains."""
    clouds = SimulatedClouds(capacity, Pace())
    clouds.move(50)
    settled = clouds.numbers[-clouds.now_of(30) :]
    assert least <= min(settled) and max(settled) <= most
    assert clouds.numbers[0] == 1


@pytest.mark.parametrize("capacity", [1, 2, 3, 6, 12])
def test_no_server_is_down_for_more_than_twice_as_long_as_one_alone(capacity):
    clouds = SimulatedClouds(capacity, Pace())
    clouds.move(50)
    assert max(clouds.downtimes) <= 2 * (BEFORE + COPY + AFTER)


@pytest.mark.parametrize("capacity", [2, 3, 6])
def test_all_together_take_little_longer_than_the_copies_at_full_rate(capacity):
    clouds = SimulatedClouds(capacity, Pace())
    clouds.move(50)
    assert clouds.now <= 1.2 * (BEFORE + 50 * COPY / capacity + AFTER)


@pytest.mark.parametrize("most", [1, 3])
def test_it_never_passes_the_most_nor_falls_to_none(most):
    clouds = SimulatedClouds(1000, Pace(most=most))
    clouds.move(20)
    assert {*clouds.numbers} <= {*range(1, most + 1)}
    clouds.capacity = 0.1
    clouds.pace = replace(clouds.pace, since=clouds.now)
    clouds.move(24)
    assert min(clouds.numbers) == 1


def through(seconds: float, size: int = SIZE, begun: float = 1.0) -> ChainTime:
    return ChainTime(begun=begun, through=Work(seconds, size))


def test_a_larger_server_may_take_as_much_longer():
    few = Pace(number=2)
    times = [through(60, SIZE), through(600, 10 * SIZE)]
    assert few.after(times, under_way=2, now=700).number > 2
    assert few.after([through(60), through(600), through(600)], under_way=2, now=700).number == 1


def test_it_grows_only_where_it_holds_others_back():
    assert Pace(number=5).after([through(60)] * 5, under_way=3, now=99).number == 5
    assert Pace(number=5).after([through(60)] * 5, under_way=5, now=99).number == 8


def test_once_it_was_too_many_it_grows_by_one_when_as_many_are_through():
    careful = Pace(number=5, was_slow=True)
    copying = ChainTime(begun=1.0, copy=Work(30, 500), copy_total=SIZE, before_copy=BEFORE)
    assert careful.after([through(60)] * 4 + [copying], under_way=5, now=99) == careful
    assert careful.after([through(60)] * 5, under_way=5, now=99).number == 6


def test_what_a_copy_took_alone_is_known_when_it_no_longer_is():
    alone = ChainTime(begun=0.0, copy=Work(10, 250), copy_total=SIZE, before_copy=BEFORE)
    pace = Pace().after([alone], under_way=1, now=20)
    assert (pace.number, pace.alone_seconds, pace.alone_size) == (2, 40, SIZE)
    later = ChainTime(begun=20.0, copy=Work(80, SIZE), copy_total=SIZE, before_copy=BEFORE)
    slower = replace(alone, copy=Work(80, SIZE))
    assert pace.after([slower, later], under_way=2, now=120).number == 1


def test_only_what_began_since_counts_and_all_is_compared_with_what_was_before():
    known = [through(60, begun=1.0)]
    pace = Pace(number=4, since=50.0)
    assert pace.after(known, under_way=4, now=99) == pace
    slow = [through(120, begun=60.0)] * 2
    fewer = pace.after([*known, *slow], under_way=4, now=200)
    assert (fewer.number, fewer.since) == (3, 200)
    assert fewer.why == "with 4, one took 2.0 times as long as the quickest"


def test_chains_in_which_a_cloud_had_to_be_asked_again_count_as_slow():
    asked = replace(through(60), was_refused=True)
    assert Pace(number=4).after([through(60), asked, asked], under_way=4, now=99).number == 3


def test_a_few_begin_though_the_first_tells_nothing_for_long():
    pace, numbers = Pace(), []
    for now in range(0, 600, 30):
        pace = pace.after([ChainTime(begun=0.0)], under_way=pace.number, now=now)
        numbers.append(pace.number)
    assert numbers[:2] == [1, 1] and numbers[2] == 2 and numbers[-1] == 3
