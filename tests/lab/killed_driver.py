"""A driver that kills itself with SIGKILL at a chosen moment: python -m tests.lab.killed_driver.

Arguments: the job's id, and a moment of ``MOMENTS``. What it patches is only the moment of its
death; everything before that is done for real.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()

from dashboard.clients import image_stream  # noqa: E402
from dashboard.jobs.driving import drive  # noqa: E402
from dashboard.migrations_app import ledger  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_recording(type_name: str) -> None:
    """Die between the create call of a type and its record in the ledger."""
    record = ledger.record_created

    def patched(link: Any, destination_id: str) -> None:
        if link.type == type_name:
            die()
        record(link, destination_id)

    ledger.record_created = patched


def after_stage(type_name: str, stage: str) -> None:
    """Die when a stage has been done, before that is stored."""
    finish = ledger.finish_stage

    def patched(link: Any, name: str) -> None:
        if (link.type, name) == (type_name, stage):
            die()
        finish(link, name)

    ledger.finish_stage = patched


def in_mid_stream() -> None:
    """Die when some bytes of an image have been sent."""
    chunks = image_stream.ImageBytes._chunks

    def patched(self: Any) -> Any:
        for number, chunk in enumerate(chunks(self)):
            if number:
                die()
            yield chunk

    image_stream.ImageBytes._chunks = patched


# in the order in which a move comes to them
MOMENTS: dict[str, Callable[[], None]] = {
    "between creating a network and recording it": lambda: before_recording("network"),
    "in the middle of a stream": in_mid_stream,
    "after a server was stopped": lambda: after_stage("server", "stop"),
    "after a floating address was released": lambda: after_stage("floating_ip", "release"),
    "after a snapshot was taken": lambda: after_stage("server", "capture"),
    "between booting a server and recording it": lambda: before_recording("server"),
    "between creating a volume and recording it": lambda: before_recording("volume"),
}

if __name__ == "__main__":
    MOMENTS[sys.argv[2]]()
    drive(int(sys.argv[1]))
