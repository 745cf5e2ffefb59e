"""Keeps data streams between clouds within the limits of both and of their link.

The limits are looked up while a stream goes on, so a change of them or another hour holds from the
next bytes on. They are of all processes whose streams are in one book: streams wait in its order,
and each process passes its share of the bytes.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from dashboard.clients.call_limits import REREAD_SECONDS
from dashboard.clients.cloud_limits import CloudLimits, Limits
from dashboard.clients.stream_book import (
    Key,
    StreamBook,
    StreamLimit,
    keys_of,
    stream_book,
    stream_limit,
)
from dashboard.clients.waits import Wait
from dashboard.errors import PumphouseError

if TYPE_CHECKING:
    from dashboard.clients.openstack import CloudSession

LONGEST_PAUSE = 1.0
"""Seconds after which a stream that waits looks whether it was cancelled."""

Check = Callable[[], None]
Found = Sequence[tuple[Key, Callable[[], Limits]]]
"""What a stream counts for, each with what returns its limits as they are then."""


class ByteLimit:
    """Lets bytes pass at a rate, whichever of the streams that share it they are of."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = 0.0

    def seconds_for(self, count: int, rate: float) -> float:
        """Take the next place for so many bytes, and return in how many seconds they may pass."""
        with self._lock:
            begins = max(self._free_at, self._clock())
            self._free_at = begins + count / rate
            return begins - self._clock()


@dataclass(frozen=True, kw_only=True)
class End:
    """A cloud at one end of a stream, and what reads its limits as they are then."""

    name: str
    limits: Callable[[], CloudLimits]

    @classmethod
    def of(cls, cloud: "CloudSession") -> Self:
        """Return the end that a cloud is."""
        return cls(name=cloud.name, limits=cloud.access.limits_now)


class Traffic:
    """The streams of this process."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock, self._pause, self._now = clock, pause, now
        self._lock = threading.Lock()
        self._bytes: dict[Key, ByteLimit] = {}

    @contextmanager
    def stream(
        self, source: End, destination: End, check: Check
    ) -> Iterator[Callable[[int], None]]:
        """Wait until a stream may begin; yields what waits until so many bytes of it may pass.

        Raises whatever ``check`` raises while it waits.
        """
        limit = stream_limit()
        with self._within(limit, check) if limit else nullcontext():
            book, found = stream_book(), self._limits_of(source, destination)
            what = f"a data stream from {source.name} to {destination.name}"
            place = book.enter(source.name, destination.name)
            try:
                self._wait(what, lambda: _may_begin(book, place, found), check)
                book.begin(place)
                yield lambda count: self._pass(book, found, count, check)
            finally:
                book.leave(place)

    @contextmanager
    def _within(self, limit: StreamLimit, check: Check) -> Iterator[None]:
        place = limit.enter()
        try:
            self._wait(limit.what, lambda: limit.allows(place), check)
            yield
        finally:
            limit.leave(place)

    def _wait(self, what: str, may_begin: Callable[[], bool], check: Check) -> None:
        wait = Wait(what, clock=self._clock)
        try:
            while not may_begin():
                wait.tell()
                check()
                self._pause(LONGEST_PAUSE)
        finally:
            wait.end()

    def _limits_of(self, source: End, destination: End) -> Found:
        reading, writing = self._reread(source), self._reread(destination)
        to, none = destination.name, Limits()
        limits = (
            lambda: reading().at(self._now()),
            lambda: writing().at(self._now()),
            lambda: reading().links.get(to, none),
        )
        return list(zip(keys_of(source.name, to), limits, strict=True))

    def _reread(self, end: End) -> Callable[[], CloudLimits]:
        """Return what returns a cloud's limits, read again now and then."""
        known, read_at = end.limits(), self._clock()

        def read() -> CloudLimits:
            nonlocal known, read_at
            if self._clock() - read_at >= REREAD_SECONDS:
                read_at = self._clock()
                with suppress(PumphouseError):  # of a file that is being edited, the old ones hold
                    known = end.limits()
            return known

        return read

    def _pass(self, book: StreamBook, found: Found, count: int, check: Check) -> None:
        waits = [
            self._byte_limit(key).seconds_for(count, rate * book.share(key))
            for key, limits in found
            if (rate := limits().bytes_per_second)
        ]
        ends = self._clock() + max(waits, default=0.0)
        while (left := ends - self._clock()) > 0:
            self._pause(min(left, LONGEST_PAUSE))
            check()

    def _byte_limit(self, key: Key) -> ByteLimit:
        with self._lock:
            return self._bytes.setdefault(key, ByteLimit(self._clock))


def _may_begin(book: StreamBook, place: int, found: Found) -> bool:
    """Return whether fewer streams came before than each limit allows."""
    most = {key: limits().streams for key, limits in found}
    if all(number is None for number in most.values()):
        return True
    before = Counter(key for pair in book.before(place) for key in keys_of(*pair))
    return all(number is None or before[key] < number for key, number in most.items())


traffic = Traffic()
"""Those of this process."""
