"""Between a server that waits for clients and an application that works on threads.

A thread is taken once all of a request is here, and given back before any of the response is on its
way: how fast a client sends or reads decides nothing. asgiref's own bridge holds the thread while a
client reads.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, TypeVar

from asgiref.wsgi import WsgiToAsgiInstance

from dashboard.web import long_answers
from dashboard.web.long_answers import HEARTBEAT, LISTENER, Listener

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

Found = TypeVar("Found")

LONGEST_BODY = 8 * 1024**2
"""More than Django reads of a form or of JSON: what is longer is refused before it is in memory."""
BODY_SECONDS = 60.0

BAD_REQUEST, REQUEST_TIMEOUT, TOO_LARGE = 400, 408, 413


class Refused(Exception):
    """The request is not one for the application; ``status`` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Gone(Exception):
    """The client went away before it had sent all of its request."""


class Bridge:
    """An ASGI application that runs a WSGI application on ``threads`` threads of its own.

    Answers that go on end within a second once ``is_stopping``.
    """

    is_stopping = False

    def __init__(self, wsgi: Wsgi, *, threads: int) -> None:
        self._wsgi = wsgi
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._listeners = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; refuse anything else, as web sockets."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        try:
            body = await _read(receive)
            environ = _environ(scope, body)
        except Refused as refused:
            await _refuse(send, refused.status)
        except Gone:
            return
        else:
            await self._respond(environ, receive, send)

    async def _respond(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        response = await self._on_thread(Response, self._wsgi, environ)
        listener: Listener | None = environ.get(LISTENER)
        try:
            await send(_without_length(response.start) if listener else response.start)
            while (part := await self._on_thread(response.next_part)) is not None:
                await send({"type": "http.response.body", "body": part, "more_body": True})
            if listener and self._listeners < long_answers.MOST_LISTENERS:
                await self._go_on(listener, receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await self._on_thread(response.close)

    async def _go_on(self, listener: Listener, receive: Receive, send: Send) -> None:
        """Send what comes until the client has gone, the time is up or the server stops."""
        self._listeners += 1
        gone = asyncio.ensure_future(receive())
        clock = asyncio.get_running_loop().time
        until = clock() + long_answers.LISTEN_SECONDS
        silent_until = clock() + long_answers.HEARTBEAT_SECONDS
        try:
            while not (gone.done() or self.is_stopping) and clock() < until:
                part = await self._on_thread(listener.more)
                if not part and clock() >= silent_until:
                    part = HEARTBEAT
                if part:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                    silent_until = clock() + long_answers.HEARTBEAT_SECONDS
                await asyncio.wait([gone], timeout=long_answers.POLL_SECONDS)
        finally:
            self._listeners -= 1
            gone.cancel()

    async def _on_thread(self, work: Callable[..., Found], *given: Any) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)


class Response:
    """What the application answers. Made, and asked for its parts, on threads."""

    def __init__(self, wsgi: Wsgi, environ: dict[str, Any]) -> None:
        self.start: Message = {}
        self._iterable = wsgi(environ, self._start)
        self._parts: Iterator[bytes] = iter(self._iterable)

    def next_part(self) -> bytes | None:
        """Return the next part of the body, None after the last one."""
        return next(self._parts, None)

    def close(self) -> None:
        """Have the application clean up after the request."""
        if close := getattr(self._iterable, "close", None):
            close()

    def _start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        code = int(status.partition(" ")[0])
        lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        self.start = {"type": "http.response.start", "status": code, "headers": lines}


def _without_length(start: Message) -> Message:
    headers = [each for each in start["headers"] if each[0] != b"content-length"]
    return {**start, "headers": headers}


async def _read(receive: Receive) -> bytes:
    """Return the body. Raises ``Refused`` for one that is too long or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Gone
                body += message.get("body", b"")
                if len(body) > LONGEST_BODY:
                    raise Refused(TOO_LARGE)
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise Refused(REQUEST_TIMEOUT) from None


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    converter = WsgiToAsgiInstance(None)
    converter.scope = scope
    try:
        environ: dict[str, Any] = converter.build_environ(scope, BytesIO(body))
    except ValueError:  # a query that is not ASCII, or a header a hundred times
        raise Refused(BAD_REQUEST) from None
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return {**environ, "CONTENT_LENGTH": str(len(body))}


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
