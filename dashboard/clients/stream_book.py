"""Who passes data between clouds: a book of all streams, in the order in which they came."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

Key = tuple[str, ...]
"""The name of a cloud, or those of the source and the destination of a link."""


class StreamBook(Protocol):
    """The streams that share clouds and links."""

    def enter(self, source: str, destination: str) -> int:
        """Note that a stream waits, and return its place; later ones have higher places."""

    def before(self, place: int) -> Sequence[Key]:
        """Return the source and the destination of each stream that came before."""

    def begin(self, place: int) -> None:
        """Note that the stream passes bytes from now on."""

    def leave(self, place: int) -> None:
        """Forget a stream."""

    def share(self, key: Key) -> float:
        """Return which part of all streams of a cloud or link this process has."""


class OwnStreams:
    """The streams of this process alone. Threads may share it."""

    def __init__(self) -> None:
        self._places = itertools.count(1)
        self._lock = threading.Lock()
        self._streams: dict[int, Key] = {}

    def enter(self, source: str, destination: str) -> int:
        """Note that a stream waits, and return its place."""
        with self._lock:
            place = next(self._places)
            self._streams[place] = (source, destination)
        return place

    def before(self, place: int) -> Sequence[Key]:
        """Return the source and the destination of each stream that came before."""
        with self._lock:
            return [pair for other, pair in self._streams.items() if other < place]

    def begin(self, place: int) -> None:
        """Note nothing: all of them are this process's."""

    def leave(self, place: int) -> None:
        """Forget a stream."""
        with self._lock:
            del self._streams[place]

    def share(self, key: Key) -> float:
        """Return that all are this process's."""
        return 1.0


def keys_of(source: str, destination: str) -> Sequence[Key]:
    """Return what a stream counts for: both clouds, and the link from one to the other."""
    return ((source,), (destination,), (source, destination))


_own = OwnStreams()
_book: ContextVar[StreamBook] = ContextVar("book of streams", default=_own)


def stream_book() -> StreamBook:
    """Return the book that the streams of this thread are in."""
    return _book.get()


@contextmanager
def streams_in(book: StreamBook) -> Iterator[None]:
    """Keep the streams of this thread in that book while inside."""
    token = _book.set(book)
    try:
        yield
    finally:
        _book.reset(token)
