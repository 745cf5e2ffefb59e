"""A driver that kills itself once Nova was asked to move a server: python -m … JOB."""

import os
import signal
import sys
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()

from dashboard.hosts_app.evacuation.server_moves import ServerMove  # noqa: E402
from dashboard.jobs.driving import drive  # noqa: E402


def die_after_acting() -> None:
    act = ServerMove._act

    def patched(self: ServerMove, *arguments: Any, **options: Any) -> None:
        act(self, *arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    ServerMove._act = patched  # type: ignore[method-assign]


if __name__ == "__main__":
    die_after_acting()
    drive(int(sys.argv[1]))
