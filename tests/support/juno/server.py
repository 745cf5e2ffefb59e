"""One port of the stand-in: an HTTP server on loopback, in a thread of its own."""

import json
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.juno.messages import Reply, Request

Answering = Callable[[Request], Reply]


class Server:
    """A server that listens on a free port. ``name`` is that port's in the recordings."""

    def __init__(self, name: str, answer: Answering) -> None:
        handler = type("Handler", (_Handler,), {"port_name": name, "answer": staticmethod(answer)})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.number: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # a body in a segment of its own would wait for the client's delayed acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True
    port_name: str
    answer: Answering

    def _serve(self) -> None:
        address = urlsplit(self.path)
        content = self._content()
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        request = Request(
            method=self.command,
            port=self.port_name,
            path=unquote(address.path),
            query=dict(parse_qsl(address.query, keep_blank_values=True)),
            query_text=address.query,
            headers=self.headers,  # type: ignore[arg-type]
            content=content,
            body=json.loads(content) if content and is_json else None,
        )
        try:
            self._send(type(self).answer(request))
        except Exception:
            # a test tells what was wrong here
            self._send(Reply(500, traceback.format_exc()))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _content(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> Any:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _send(self, reply: Reply) -> None:
        content, type_ = _content_of(reply.body)
        self.send_response(reply.status)
        headers = {"Content-Type": type_, "Content-Length": str(len(content)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle(self) -> None:
        """Serve until the client is gone, in order or by kill -9."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def _content_of(body: Any) -> tuple[bytes, str]:
    if body is None:
        return b"", "application/json"
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=UTF-8"
    return json.dumps(body).encode(), "application/json"
