"""What was read of nova-network, kept for requests that follow each other.

Each list of today's API rests on that of all servers, which takes long in a cloud with thousands.
A tenant is read by several such requests, one after the other.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from dashboard.clients.legacy.nova_network.rows import Rows
from dashboard.clients.legacy.writes import writes_of

if TYPE_CHECKING:
    from dashboard.clients.legacy.translator import Call, Translator

# between two requests, and since the lists were read
_PAUSE_SECONDS = 2.0
_LONGEST_SECONDS = 5.0


class Reading(threading.local):
    """The lists of a cloud as a thread has read them, until it writes or does something else."""

    def __init__(self, old: "Translator") -> None:
        self._old = old
        self._rows: Rows | None = None
        self._keeps = False
        self._writes = 0
        self._read_at = self._used_at = 0.0

    @property
    def rows(self) -> Rows:
        """The lists for a request: those of the last one, or new ones."""
        if not self._keeps:
            return Rows(self._old)
        if self._rows is None:
            self._rows = Rows(self._old)
        return self._rows

    @contextmanager
    def request(self, call: "Call") -> Iterator[None]:
        """Answer a request while inside: one for a collection may rest on what is kept."""
        self._keeps = call.method == "GET" and call.path.count("/") == 1
        writes = writes_of(self._old.found.session)
        if not self._keeps or self._is_stale(writes):
            self._rows = None
        is_new = self._rows is None
        try:
            yield
        finally:
            self._used_at, self._writes = monotonic(), writes
            self._read_at = self._used_at if is_new else self._read_at

    def _is_stale(self, writes: int) -> bool:
        now = monotonic()
        return (
            writes != self._writes
            or now > self._used_at + _PAUSE_SECONDS
            or now > self._read_at + _LONGEST_SECONDS
        )
