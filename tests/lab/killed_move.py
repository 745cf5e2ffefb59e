"""Moments at which a runner dies that moves a tenant."""

from collections.abc import Callable
from functools import partial
from typing import Any

from dashboard.clients import image_stream
from dashboard.migrations_app import ledger
from tests.support.dying import die


def before_recording(type_name: str) -> None:
    """Die between the create call of a type and its record in the ledger."""
    record = ledger.record_created

    def patched(entry: Any, destination_id: str) -> None:
        if entry.type == type_name:
            die()
        record(entry, destination_id)

    ledger.record_created = patched


def after_stage(type_name: str, stage: str) -> None:
    """Die when a stage has been done, before that is stored."""
    finish = ledger.finish_stage

    def patched(entry: Any, name: str) -> None:
        if (entry.type, name) == (type_name, stage):
            die()
        finish(entry, name)

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
    "between creating a network and recording it": partial(before_recording, "network"),
    "in the middle of a stream": in_mid_stream,
    "after a server was stopped": partial(after_stage, "server", "stop"),
    "after a floating address was released": partial(after_stage, "floating_ip", "disassociate"),
    "after a snapshot was taken": partial(after_stage, "server", "capture"),
    "between booting a server and recording it": partial(before_recording, "server"),
    "between creating a volume and recording it": partial(before_recording, "volume"),
}
