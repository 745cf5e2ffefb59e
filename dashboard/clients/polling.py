"""Waits until a cloud is as it should be, by asking again and again."""

import time
from collections.abc import Callable
from typing import TypeVar

from dashboard.clients.waits import Wait
from dashboard.errors import NeedsOperator

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0

Found = TypeVar("Found")


def poll_until(
    probe: Callable[[], Found | None],
    *,
    what: str,
    seconds: float,
    check: Callable[[], None] = lambda: None,
) -> Found:
    """Return what ``probe`` returns once that is not None; ask every 0.2 s, later every 2 s.

    ``what`` completes "waiting for …"; a listener of ``waits`` is told it. ``check`` is called in
    between and may raise. Raises ``NeedsOperator`` after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    wait = Wait(what, clock=time.monotonic)
    try:
        while (found := probe()) is None:
            check()
            if time.monotonic() > deadline:
                raise NeedsOperator(
                    f"Timed out after {seconds:.0f} s waiting for {what}.",
                    fix="Check it in the cloud, then retry.",
                )
            wait.tell()
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    finally:
        wait.end()
    return found
