"""Waiting for something that another process or thread does."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def await_that(happened: Callable[[], Any], *, seconds: float = 120.0) -> Any:
    """Wait until the function gives something true, and give that."""
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline, f"did not happen in {seconds} s"
        time.sleep(0.02)
    return result


def await_end_of(pid: int) -> None:
    """Wait until a process that was killed has ended: the kernel comes to it in its own time."""
    await_that(lambda: not _is_running(pid))


def _is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):  # it may end between open and read
        return False
