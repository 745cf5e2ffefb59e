"""Who passes data between clouds: a book of all streams, in the order in which they came, and
limits of streams that are not of clouds."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
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


class StreamLimit(Protocol):
    """A limit of streams that is of no cloud. Who waits for it holds nobody back at a cloud."""

    what: str
    """What a stream waits for, in words."""

    def enter(self) -> int:
        """Note that a stream waits, and return its place; later ones have higher places."""

    def allows(self, place: int) -> bool:
        """Return whether fewer streams came before than there may be at once now."""

    def leave(self, place: int) -> None:
        """Forget a stream."""


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


FindLimit = Callable[[], StreamLimit | None]
_own = OwnStreams()
_book: ContextVar[StreamBook] = ContextVar("book of streams", default=_own)
_find_limit: ContextVar[FindLimit] = ContextVar("limit of streams", default=lambda: None)


def stream_book() -> StreamBook:
    """Return the book that the streams of this thread are in."""
    return _book.get()


def stream_limit() -> StreamLimit | None:
    """Return the limit of the streams of this thread beside those of clouds, None for none."""
    return _find_limit.get()()


@contextmanager
def streams_in(book: StreamBook, *, find_limit: FindLimit = lambda: None) -> Iterator[None]:
    """Keep the streams of this thread in that book while inside, and within that limit."""
    tokens = _book.set(book), _find_limit.set(find_limit)
    try:
        yield
    finally:
        _book.reset(tokens[0])
        _find_limit.reset(tokens[1])
