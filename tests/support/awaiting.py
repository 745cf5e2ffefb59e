"""Waiting for something that another process or thread does."""

import time
from collections.abc import Callable
from typing import Any


def await_that(happened: Callable[[], Any], *, seconds: float = 120.0) -> Any:
    """Wait until the function gives something true, and give that."""
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline, f"did not happen in {seconds} s"
        time.sleep(0.02)
    return result
