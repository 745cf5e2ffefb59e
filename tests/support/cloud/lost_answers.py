"""Makes the answers to writes be lost: each call is done, and nobody hears of it, the first time.

So a resumed step meets whatever its earlier attempts may have left behind, call by call.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from requests.exceptions import ConnectionError

from dashboard.errors import Retryable
from dashboard.jobs import outcomes
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import LedgerEntry
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request

MOST_ATTEMPTS = 100
_password = re.compile(rb'"password": "[^"]*"')
_image = re.compile(r"/images/[0-9a-f-]{36}")


@contextmanager
def losing_answers(*clouds: MemoryCloud) -> Iterator[set[str]]:
    """Lose the answer to each write while inside, once; yields what has been lost so far."""
    lost: set[str] = set()
    for cloud in clouds:
        cloud.on_answer = _Loser(cloud, lost)
    with retrying_at_once():
        yield lost
    for cloud in clouds:
        cloud.on_answer = None


@contextmanager
def retrying_at_once() -> Iterator[None]:
    """Make the engine retry steps without a limit and without a pause."""
    pause = patch.object(outcomes, "pause_before", lambda *_: 0.0)
    with pause, patch.object(outcomes, "MOST_ATTEMPTS", MOST_ATTEMPTS):
        yield


class _Loser:
    """Raises instead of an answer, the first time that a write is answered."""

    def __init__(self, cloud: MemoryCloud, lost: set[str]) -> None:
        self.cloud = cloud
        self.lost = lost

    def __call__(self, request: Request, answer: Answer) -> None:
        is_write = request.method != "GET" and "auth/tokens" not in request.path
        call = f"{self.cloud.name} {request.method} {_anew(request)}"
        if is_write and answer.status < 400 and call not in self.lost:
            self.lost.add(call)
            raise ConnectionError("The connection broke before the answer came.")


def _anew(request: Request) -> str:
    """Return path and body as they are when something is started again: another id for an
    image, and another password."""
    path = _image.sub("/images/{id}", request.path)
    return f"{path} {_password.sub(b'', request.content)!r}"


@contextmanager
def losing_records() -> Iterator[set[str]]:
    """Kill each stage once after it was done and before that is recorded, while inside."""
    lost: set[str] = set()
    finish = ledger.finish_stage

    def dying(entry: LedgerEntry, stage: str) -> None:
        key = f"{entry.type}:{entry.source_id}:{stage}"
        if key not in lost:
            lost.add(key)
            raise Retryable("Killed before the record.")
        finish(entry, stage)

    with retrying_at_once(), patch.object(ledger, "finish_stage", dying):
        yield lost
