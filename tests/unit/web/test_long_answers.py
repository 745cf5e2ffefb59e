"""Answers that go on: what the bridge sends, and when it ends."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.web import long_answers
from dashboard.web.bridge import Bridge
from dashboard.web.long_answers import HEARTBEAT, listen

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "path": "/events",
    "query_string": b"",
    "headers": [],
}


class Speaker:
    """Says one part at each call, then nothing more."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)
        self.calls = 0

    def more(self) -> bytes:
        self.calls += 1
        return self._parts.pop(0) if self._parts else b""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(Bridge, "is_stopping", False)


def bridge_of(speaker: Speaker) -> Bridge:
    def wsgi(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        listen(environ, speaker)
        start("200 OK", [("Content-Type", "text/event-stream"), ("Content-Length", "5")])
        return iter([b"first"])

    return Bridge(wsgi, threads=2)


async def answered(bridge: Bridge, ends: Callable[[bytes], bool]) -> tuple[Any, bytes]:
    """Return the beginning and the body of an answer whose client goes once ``ends`` says so."""
    gone, sent, start = asyncio.Event(), bytearray(), []
    asked = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
        sent.extend(message.get("body", b""))
        if ends(bytes(sent)):
            gone.set()

    await asyncio.wait_for(bridge(SCOPE, receive, send), timeout=10)
    return start[0], bytes(sent)


def test_what_comes_later_is_sent_until_the_client_has_gone() -> None:
    bridge = bridge_of(Speaker(b" second", b"", b" third"))
    start, body = asyncio.run(answered(bridge, lambda sent: sent.endswith(b"third")))
    assert body == b"first second third"
    assert [name for name, _ in start["headers"]] == [b"content-type"]
    assert bridge._listeners == 0


def test_a_silent_answer_has_a_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_answers, "HEARTBEAT_SECONDS", 0.005)
    _, body = asyncio.run(answered(bridge_of(Speaker()), lambda sent: HEARTBEAT in sent))
    assert body.startswith(b"first" + HEARTBEAT)


@pytest.mark.parametrize("limit", ["LISTEN_SECONDS", "MOST_LISTENERS"])
def test_it_ends_by_itself_after_its_time_and_at_once_when_too_many_listen(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_answers, limit, 0)
    speaker = Speaker(b" second")
    _, body = asyncio.run(answered(bridge_of(speaker), lambda _: False))
    assert (body, speaker.calls) == (b"first", 0)


def test_it_ends_when_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(sent: bytes) -> bool:
        Bridge.is_stopping = Bridge.is_stopping or sent.endswith(b"second")
        return False

    _, body = asyncio.run(answered(bridge_of(Speaker(b" second")), stop))
    assert body == b"first second"
