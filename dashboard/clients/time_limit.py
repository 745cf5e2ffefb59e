"""Bounds the time of a call whose own time-outs restart with each byte from a socket."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

from dashboard.errors import Retryable

Answer = TypeVar("Answer")


def within(seconds: float, call: Callable[[], Answer], *, what: str) -> Answer:
    """Return what the call returns, or raise what it raises; ``Retryable`` when it takes longer.

    A server that sends a byte now and then can keep a socket busy for ever. The thread that waits
    for it is left behind: it is a daemon and must hold nothing that others need.
    """
    ended: SimpleQueue[tuple[Answer | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((call(), None))
        except BaseException as error:
            ended.put((None, error))

    threading.Thread(target=run, daemon=True, name=what[:40]).start()
    try:
        answer, error = ended.get(timeout=seconds)
    except Empty:
        raise Retryable(f"{what}: timed out after {seconds:g} s.") from None
    if error is not None:
        raise error
    return cast(Answer, answer)
