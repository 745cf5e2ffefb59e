"""What the calling thread waits for in a cloud, for whoever listens: the state it was last seen in.

Whatever is read of one object while somebody waits tells the state, so that no wait has to.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Listener = Callable[[str, str, float], None]
"""Called with what is waited for, its state and for how many seconds; with "" at the end."""

SHORT_SECONDS = 1.0
"""A wait is told when it has lasted as long as this: most are over before."""

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_state: ContextVar[str] = ContextVar("state", default="")


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Report each wait of this thread to ``listener`` while inside."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def note_state(found: Any) -> None:
    """Remember the state of an object that was read, if it has one: lists, for example, do not."""
    if isinstance(found, Mapping) and isinstance(found.get("status"), str):
        task = found.get("OS-EXT-STS:task_state")
        _state.set(f"{found['status']}, {task}" if task else found["status"])


class Wait:
    """One wait: ``tell`` is called each time that it is not over."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._seen_at = clock()
        self._state: str | None = None
        self._told: tuple[str, str] | None = None
        _state.set("")

    def tell(self) -> None:
        """Report what is waited for, in which state, and since when it is seen in that state."""
        state = _state.get()
        if self._state is not None and state != self._state:
            self._seen_at = self._clock()
        self._state = state
        seconds = self._clock() - self._seen_at
        listener = _listener.get()
        is_new = self._told != (self._what, state)
        if listener and is_new and (self._told or seconds >= SHORT_SECONDS):
            listener(self._what, state, seconds)
            self._told = (self._what, state)

    def end(self) -> None:
        """Report that it is over, if it was reported."""
        listener = _listener.get()
        if listener and self._told:
            listener("", "", 0.0)
