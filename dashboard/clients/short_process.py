"""Runs a program with a time limit, and returns what it has written.

Output goes to a file rather than a pipe: a child that outlives the program and keeps a pipe open
would hold up whoever reads it.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

LAST_BYTES = 1024 * 1024
CHECK_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended: ``code`` is None when its time ran out; ``output`` is its last MiB."""

    code: int | None
    output: str


def run_for(
    arguments: Sequence[str],
    *,
    seconds: float,
    given: str = "",
    with_errors: bool = False,
    environment: Mapping[str, str] | None = None,
    check: Callable[[], None] | None = None,
) -> Ended:
    """Run a program without a shell or a terminal; ``given`` is its standard input.

    After ``seconds`` it is killed with all that it has started, and also when ``check``, which is
    called now and then, raises. ``with_errors`` adds what it writes to stderr; ``environment`` is
    all that it gets, this process's own by default. Raises ``OSError`` when it cannot be started.
    """
    with (
        TemporaryFile() as output,
        subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        ) as process,
    ):
        try:
            is_over = _communicate(process, given.encode(), seconds=seconds, check=check)
        except BaseException:
            _kill(process)
            raise
        if not is_over:
            _kill(process)
        return Ended(code=process.returncode if is_over else None, output=_last_of(output))


def _communicate(
    process: subprocess.Popen[bytes],
    given: bytes,
    *,
    seconds: float,
    check: Callable[[], None] | None,
) -> bool:
    """Wait for a program, and return whether it ended in time."""
    ends_at = time.monotonic() + seconds
    while True:
        left = ends_at - time.monotonic()
        try:
            process.communicate(
                given, timeout=max(0.0, min(left, CHECK_SECONDS) if check else left)
            )
        except subprocess.TimeoutExpired:
            if time.monotonic() >= ends_at:
                return False
            given = b""  # it is on its way
            if check:
                check()
        else:
            return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_of(output: IO[bytes]) -> str:
    end = output.seek(0, os.SEEK_END)
    output.seek(max(0, end - LAST_BYTES))
    return output.read().decode(errors="replace")
