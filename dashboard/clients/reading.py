"""Asks again after a failure that passes by itself, where asking changes nothing."""

import time
from collections.abc import Callable
from typing import TypeVar

from dashboard.errors import Retryable

Found = TypeVar("Found")

PAUSES = (0.5, 1.0, 2.0)
LONGEST_PAUSE_SECONDS = 10.0
"""A service that asks for more time is asked again by a later attempt at the step."""


def ask_again(
    question: Callable[[], Found], *, before_again: Callable[[], None] = lambda: None
) -> Found:
    """Return what the question returns; ask up to four times while it raises ``Retryable``."""
    for pause in PAUSES:
        try:
            return question()
        except Retryable as error:
            wait = pause if error.retry_after is None else error.retry_after
            if wait > LONGEST_PAUSE_SECONDS:
                raise
            time.sleep(wait)
            before_again()
    return question()
