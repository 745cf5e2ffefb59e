"""A driver that kills itself in the middle of maintenance: python -m … JOB MOMENT."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()

from dashboard.jobs.driving import drive  # noqa: E402
from dashboard.migrations_app.maintenance import entering, leaving, old_tokens  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(module: Any, name: str) -> None:
    """Die once a function of a module has been called for the first time."""
    function = getattr(module, name)

    def patched(*arguments: Any, **options: Any) -> None:
        function(*arguments, **options)
        die()

    setattr(module, name, patched)


MOMENTS: dict[str, Callable[[], None]] = {
    "after a role was given": lambda: after(entering, "grant"),
    "after a role was taken": lambda: after(entering, "revoke"),
    "while old tokens are awaited": lambda: setattr(old_tokens, "_await_refusal", die),
    "after a role was given back": lambda: after(leaving, "grant"),
    "after the read-only role was taken back": lambda: after(leaving, "revoke"),
}

if __name__ == "__main__":
    MOMENTS[sys.argv[2]]()
    drive(int(sys.argv[1]))
