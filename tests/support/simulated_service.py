"""A service with so many workers, on a clock of its own: calls take as long as they would."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack

from dashboard.clients.call_limits import CallLimit


class SimulatedService:
    """Serves calls by ``workers`` at once, each taking ``seconds``, behind a line of ``latency``.

    ``queue`` is how many may wait; what comes beyond that is answered with 503.
    """

    def __init__(
        self, *, workers: int, seconds: float = 0.05, latency: float = 0.0, queue: int = 1000
    ) -> None:
        self.workers, self.seconds = workers, seconds
        self.latency, self.queue = latency, queue
        self.now = 0.0
        self.limit = CallLimit(clock=lambda: self.now)
        self.most_in_flight = 0
        self._free = [0.0] * workers

    def run(self, calls: int, *, threads: int = 16) -> float:
        """Do so many calls by so many threads through the limit; return the seconds they took."""
        begun, left, ends = self.now, calls, self._no_ends()
        while left or ends:
            while left and len(ends) < min(threads, self.limit.limit):
                left -= 1
                heapq.heappush(ends, self._begin(len(ends)))
            self.most_in_flight = max(self.most_in_flight, len(ends))
            self.now, _, call, status = heapq.heappop(ends)
            self._end(call, status)
        return self.now - begun

    def _no_ends(self) -> list[tuple[float, int, ExitStack, int]]:
        self._number: Iterator[int] = iter(range(10**9))
        return []

    def _begin(self, waiting: int) -> tuple[float, int, ExitStack, int]:
        """Begin a call and return when it ends, and how."""
        call = ExitStack()
        self._outcomes = getattr(self, "_outcomes", {})
        outcome = call.enter_context(self.limit.call("POST ports"))
        self._outcomes[id(call)] = outcome
        if waiting - self.workers >= self.queue:
            return self.now + self.latency, next(self._number), call, 503
        worker = heapq.heappop(self._free)
        done = max(worker, self.now + self.latency / 2) + self.seconds
        heapq.heappush(self._free, done)
        return done + self.latency / 2, next(self._number), call, 201

    def _end(self, call: ExitStack, status: int) -> None:
        self._outcomes.pop(id(call)).status = status
        call.close()
