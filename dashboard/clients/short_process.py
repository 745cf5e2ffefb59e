"""Runs a program with a time limit, and returns what it has written.

Output goes to a file rather than a pipe: a child that outlives the program and keeps a pipe open
would hold up whoever reads it.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

LAST_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended: ``code`` is None when its time ran out; ``output`` is its last MiB."""

    code: int | None
    output: str


def run_for(
    arguments: Sequence[str], *, seconds: float, given: str = "", with_errors: bool = False
) -> Ended:
    """Run a program without a shell or a terminal; ``given`` is its standard input.

    After ``seconds`` it is killed with all that it has started. ``with_errors`` adds what it writes
    to stderr. Raises ``OSError`` when it cannot be started.
    """
    with (
        TemporaryFile() as output,
        subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.communicate(given.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            return Ended(code=None, output=_last_of(output))
        return Ended(code=process.returncode, output=_last_of(output))


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_of(output: IO[bytes]) -> str:
    end = output.seek(0, os.SEEK_END)
    output.seek(max(0, end - LAST_BYTES))
    return output.read().decode(errors="replace")
