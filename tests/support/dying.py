"""Runners that kill themselves with SIGKILL at a chosen moment.

A module has a table ``MOMENTS`` of functions that arm one. What they patch is only the moment of
its death; everything before that is done for real.
"""

import os
import signal
from pathlib import Path
from types import ModuleType
from typing import Any

from dashboard.jobs.models import Job
from tests.support.rehearsal.jobs import expire_leases, process


def die(*_: Any, **__: Any) -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    """Die instead of a call."""
    setattr(owner, name, die)


def after(owner: Any, name: str, *, when: str = "") -> None:
    """Die after a call, if one of its arguments has that in it."""
    call = getattr(owner, name)

    def patched(*arguments: Any, **options: Any) -> Any:
        answer = call(*arguments, **options)
        if when in str(arguments):
            die()
        return answer

    setattr(owner, name, patched)


def killed_at(job: Job, moments: ModuleType, moment: str, *, home: Path, **settings: str) -> bool:
    """Kill a runner of a job at that moment and expire its leases; return whether it died."""
    arguments = ("tests.support.dying_runner", moments.__name__, str(job.pk), moment)
    with process(*arguments, home=home, **settings) as victim:
        died = victim.wait(300) == -signal.SIGKILL
    expire_leases(job)
    return died
