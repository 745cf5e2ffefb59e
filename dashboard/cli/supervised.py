"""Child processes that are restarted when they die and never outlive their parent."""

import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LONGEST_PAUSE = 30.0
PROVEN_SECONDS = 60.0

logger = logging.getLogger(__name__)
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: signal.Signals, *, parent: int | None = None) -> None:
    """Ask the kernel for a signal to this process when its parent ends (Linux).

    ``parent`` is who it should be: it may have died before the kernel was asked.
    """
    _prctl(PR_SET_PDEATHSIG, number)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that they can be waited for."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if hasattr(_libc, "prctl"):
        _libc.prctl(option, value, 0, 0, 0)


class Supervised:
    """One child with all its descendants: a process group of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        ends_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = {**os.environ, **(environment or {})}
        self._ends_by = ends_by
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = 1.0

    @property
    def group(self) -> int:
        """The process group; 0 before the first start."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the child, in a session of its own so that a Ctrl-C reaches only the parent."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, self._ends_by, parent=os.getpid()),
        )
        self._started_at = time.monotonic()

    def revive(self) -> bool:
        """Start the child again if it has died, and say whether that was done.

        Between attempts the pause doubles up to half a minute; a minute of life resets it.
        """
        if self._process is None or self._process.poll() is None:
            return False
        lived = time.monotonic() - self._started_at
        if lived > PROVEN_SECONDS:
            self._pause = 1.0
        if lived < self._pause:
            return False
        logger.error("Restart %s, which ended with %s", self.name, self._process.returncode)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._send(signal.SIGKILL)
        self.start()
        return True

    def stop(self, *, seconds: float) -> None:
        """End the child and its descendants; what is left after that time is killed."""
        self._send(signal.SIGTERM)
        if not self._ended_within(seconds):
            self._send(signal.SIGKILL)
            self._ended_within(seconds)

    def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def _is_alive(self) -> bool:
        """Return whether any process of the group is left, orphans that were adopted included."""
        if self._process is None:
            return False
        self._process.poll()
        with suppress(ChildProcessError):
            while os.waitpid(-self.group, os.WNOHANG)[0]:
                pass
        return self._send(0)

    def _send(self, number: int) -> bool:
        if self._process is None:
            return False
        try:
            os.killpg(self.group, number)
        except ProcessLookupError:
            return False
        return True
