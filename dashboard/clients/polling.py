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
    is_urgent: bool = False,
) -> Found:
    """Return what ``probe`` returns once that is not None; ask every 0.2 s, later every 2 s.

    Where a server is down for it, ``is_urgent``: then no pause is longer than a tenth of the time
    that it has lasted. ``what`` completes "waiting for …"; a listener of ``waits`` is told it.
    ``check`` is called in between and may raise. Raises ``NeedsOperator`` after ``seconds``.
    """
    begun = time.monotonic()
    pause = FIRST_PAUSE_SECONDS
    wait = Wait(what, clock=time.monotonic)
    try:
        while (found := probe()) is None:
            check()
            if time.monotonic() > begun + seconds:
                raise NeedsOperator(
                    f"Timed out after {seconds:.0f} s waiting for {what}.",
                    fix="Check it in the cloud, then retry.",
                )
            wait.tell()
            time.sleep(pause)
            tenth = max(FIRST_PAUSE_SECONDS, (time.monotonic() - begun) / 10)
            pause = min(tenth if is_urgent else pause * 1.5, LONGEST_PAUSE_SECONDS)
    finally:
        wait.end()
    return found
