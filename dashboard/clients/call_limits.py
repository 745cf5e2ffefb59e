"""Adapts how many calls are in flight to each service of each cloud, as TCP does with packets.

While answers come about as quickly as a lone call's, one more is let through; when they take much
longer, the service only queues them, and the limit falls. It falls at once when the service says
that it has too much to do, or does not answer. So an API with one worker and one with forty are
both used fully, and neither is flooded. Calls of a kind, such as GET /v2.0/ports, are compared with
the quickest of their own kind.

Each worker finds the limit by itself. What is set as the most is of all workers together: each has
its share. Plain Python, without waiting for anything but the lock.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from dashboard.clients.call_tally import CallTally
from dashboard.errors import PumphouseError

FIRST_LIMIT = 2.0
MOST = 32
"""As many as a worker has threads, for two jobs."""
LEAST = 1.0
QUICK, SLOW = 1.6, 2.6
"""Up to so many times the quickest answer of its kind the limit grows, from so many on it falls."""
BACK_OFF, SLOW_DOWN = 0.5, 0.85
LEARNING = 0.3
"""By how much of the difference the quickest answer approaches that of a lone call: clouds change,
and a call that is alone waits for no other."""
LEAST_REST = 0.1
"""Seconds for which the limit does not fall again: refusals come together, and quickly."""
REREAD_SECONDS = 10.0
"""After which the limits of the configuration, and those of an operator, are read again."""
REFUSING = frozenset({429, 503})

Clock = Callable[[], float]


@dataclass
class _Kind:
    """What is known of one kind of call: its quickest answer, and the mean of late, in seconds."""

    quickest: float
    mean: float


class CallLimit:
    """The limit of one service of one cloud, and the calls that are in flight there.

    ``most`` is what the configuration allows. Threads may share one.
    """

    def __init__(self, *, most: int = MOST, clock: Clock = time.monotonic) -> None:
        self._changed = threading.Condition()
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}
        self._limit = min(FIRST_LIMIT, most)
        self._most = most
        self._rests_until = 0.0
        self._tally = CallTally()
        self.in_flight = 0
        self.refused = 0
        """How many calls the service had no time for, or did not answer."""

    @property
    def limit(self) -> int:
        """How many calls may be in flight now."""
        return max(1, int(self._limit))

    def allow(self, most: int) -> None:
        """Change how many calls may be in flight at most; it holds from the next call on."""
        with self._changed:
            self._most = most
            self._limit = min(self._limit, most)
            self._changed.notify_all()

    def tally(self) -> CallTally:
        """Return what was counted so far."""
        with self._changed:
            return self._tally + CallTally()

    def count_retry(self) -> None:
        """Count that a call is repeated."""
        with self._changed:
            self._tally.retries += 1

    @contextmanager
    def call(self, kind: str) -> Iterator["Outcome"]:
        """Wait until one more call may be in flight, and learn from how it went."""
        with self._changed:
            while self.in_flight >= self.limit:
                self._changed.wait()
            self.in_flight += 1
        outcome, begun = Outcome(), self._clock()
        try:
            yield outcome
        except BaseException:
            outcome.is_lost = True
            raise
        finally:
            with self._changed:
                seconds = self._clock() - begun
                self._tally.add(seconds, outcome.status, is_lost=outcome.is_lost)
                self._learn(kind, seconds, outcome)
                self.in_flight -= 1
                self._changed.notify_all()

    def _learn(self, kind: str, seconds: float, outcome: "Outcome") -> None:
        if outcome.is_lost or outcome.status in REFUSING:
            self.refused += 1
            self._fall(BACK_OFF, seconds)
            return
        known = self._kinds.setdefault(kind, _Kind(seconds, seconds))
        known.mean += (seconds - known.mean) / 4
        if self.in_flight == 1:
            known.quickest += LEARNING * (seconds - known.quickest)
        known.quickest = min(known.quickest, seconds)
        ratio = known.mean / known.quickest if known.quickest else 1.0
        if ratio > SLOW:
            self._fall(SLOW_DOWN, seconds)
        elif ratio <= QUICK and self.in_flight >= self.limit:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def _fall(self, factor: float, seconds: float) -> None:
        """Lower the limit, once for all the calls that were in flight together.

        So it waits for as long as the last of them may take.
        """
        now = self._clock()
        if now >= self._rests_until:
            self._rests_until = now + max(seconds, LEAST_REST)
            self._limit = max(LEAST, self._limit * factor)


@dataclass
class Outcome:
    """How a call went: the status of its answer, or that there was none."""

    status: int = 0
    is_lost: bool = False


class CallLimits:
    """The limits of all services of all clouds that this process talks to."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._read_at: dict[str, float] = {}
        self._limits: dict[tuple[str, str], CallLimit] = {}
        self._allowed: dict[str, Mapping[str, int]] = {}
        self._workers: Mapping[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def of(self, cloud: str, service: str) -> CallLimit:
        """Return the limit of a service of a cloud."""
        with self._lock:
            return self._limits.setdefault((cloud, service), CallLimit())

    def allow(self, cloud: str, most: Mapping[str, int]) -> None:
        """Set what all workers together may have, by service; of others each may have ``MOST``."""
        with self._lock:
            self._allowed[cloud] = most
        self._set(cloud)

    def share(self, workers: Mapping[tuple[str, str], int]) -> None:
        """Divide what is allowed by how many workers call each service of each cloud."""
        with self._lock:
            self._workers = workers
            clouds = [*self._allowed]
        for cloud in clouds:
            self._set(cloud)

    def _set(self, cloud: str) -> None:
        with self._lock:
            known = {service for name, service in self._limits if name == cloud}
            most, workers = self._allowed[cloud], self._workers
        for service in known | most.keys():
            share = most.get(service, MOST) // (workers.get((cloud, service)) or 1)
            self.of(cloud, service).allow(max(1, share) if service in most else MOST)

    def refresh(self, cloud: str, most: Callable[[], Mapping[str, int]]) -> None:
        """Look now and then what is allowed now, and set that."""
        with self._lock:
            if self._clock() - self._read_at.get(cloud, float("-inf")) < REREAD_SECONDS:
                return
            self._read_at[cloud] = self._clock()
        with suppress(PumphouseError):  # of a file that is being edited, the old ones hold
            self.allow(cloud, most())

    def all(self) -> dict[tuple[str, str], CallLimit]:
        """Return the limits by cloud and service."""
        with self._lock:
            return dict(self._limits)


call_limits = CallLimits()
"""Those of this process."""


def kind_of(method: str, path: str) -> str:
    """Return the kind of a call: its method, and the collection that its path begins with."""
    return f"{method} {path.strip('/').partition('/')[0].partition('?')[0]}"
