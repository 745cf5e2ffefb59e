"""Keeps data streams between clouds within the limits of both and of their link.

The limits are looked up while a stream goes on, so a change of them or another hour holds from the
next bytes on. The state is the process's: each worker counts for itself.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from dashboard.clients.cloud_limits import CloudLimits, Limits
from dashboard.errors import PumphouseError

if TYPE_CHECKING:
    from dashboard.clients.openstack import CloudSession

LONGEST_PAUSE = 1.0
"""Seconds after which a stream that waits looks whether it was cancelled."""
REREAD_SECONDS = 10.0

Key = tuple[str, ...]
Check = Callable[[], None]


class ByteLimit:
    """Lets bytes pass at a rate, whichever of the streams that share it they are of."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = 0.0

    def seconds_for(self, count: int, rate: int) -> float:
        """Take the next place for so many bytes, and return in how many seconds they may pass."""
        with self._lock:
            begins = max(self._free_at, self._clock())
            self._free_at = begins + count / rate
            return begins - self._clock()


class StreamLimit:
    """Lets so many streams go on at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.in_use = 0

    @contextmanager
    def stream(self, limits: Callable[[], Limits], check: Check) -> Iterator[None]:
        """Wait until one more stream may begin, and count it while inside."""
        self._enter(limits, check)
        try:
            yield
        finally:
            with self._changed:
                self.in_use -= 1
                self._changed.notify_all()

    def _enter(self, limits: Callable[[], Limits], check: Check) -> None:
        with self._changed:
            while (most := limits().streams) is not None and self.in_use >= most:
                check()
                self._changed.wait(LONGEST_PAUSE)
            self.in_use += 1


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
        self._streams: dict[Key, StreamLimit] = {}

    @contextmanager
    def stream(
        self, source: End, destination: End, check: Check
    ) -> Iterator[Callable[[int], None]]:
        """Wait until a stream may begin; yields what waits until so many bytes of it may pass.

        Raises whatever ``check`` raises while it waits.
        """
        found = self._limits_of(source, destination)
        with ExitStack() as stack:
            for key, limits in found:
                stack.enter_context(self._stream_limit(key).stream(limits, check))
            yield lambda count: self._pass(found, count, check)

    def _limits_of(
        self, source: End, destination: End
    ) -> Sequence[tuple[Key, Callable[[], Limits]]]:
        reading, writing = self._reread(source), self._reread(destination)
        to, none = destination.name, Limits()
        return [
            ((source.name,), lambda: reading().at(self._now())),
            ((to,), lambda: writing().at(self._now())),
            ((source.name, to), lambda: reading().links.get(to, none)),
        ]

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

    def _pass(
        self, found: Sequence[tuple[Key, Callable[[], Limits]]], count: int, check: Check
    ) -> None:
        waits = [
            self._byte_limit(key).seconds_for(count, rate)
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

    def _stream_limit(self, key: Key) -> StreamLimit:
        with self._lock:
            return self._streams.setdefault(key, StreamLimit())


traffic = Traffic()
"""Those of this process."""
