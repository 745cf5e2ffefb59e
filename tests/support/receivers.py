"""Real receivers of notifications on loopback: a mail server and a webhook's."""

import hashlib
import hmac
import threading
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

TOLERANCE_SECONDS = 300


@dataclass
class Mailbox:
    """What a mail server took; ``refusals`` are its answers to the next messages."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    password: str = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        content = envelope.original_content or b""
        self.taken.append(message_from_bytes(content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: Any, data: Any):
        right = isinstance(data, LoginPassword) and data.password == self.password.encode()
        return AuthResult(success=right, handled=False)


class FreePort(Controller):
    """A controller that learns which port it was given: asked for port 0, it would ask that."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(*, password: str = "") -> Iterator[Mailbox]:
    """Serve SMTP; with a password only to those who log in with it."""
    mailbox = Mailbox(password=password)
    login = {
        "authenticator": mailbox.authenticate,
        "auth_required": True,
        "auth_require_tls": False,
    }
    controller = FreePort(mailbox, hostname="127.0.0.1", port=0, **(login if password else {}))
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Received:
    """One request that came to a webhook."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A webhook's server; ``answers`` are status and headers of the next answers, then 204."""

    address: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    """While set, answers trickle in a byte at a time and never end."""


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    """Serve HTTP that takes posts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(self.path, dict(self.headers), body))
            if receiver.silent.is_set():
                self.trickle()
                return
            status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def trickle(self) -> None:
            self.wfile.write(b"HTTP/1.1 ")
            while receiver.silent.wait(0.01) and not closing.wait(0.02):
                self.wfile.write(b"2")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    closing = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield receiver
    finally:
        closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def verify_signature(
    received: Received, *, secret: str, now: float, tolerance: float = 300
) -> bool:
    """Check a signature as docs/notifications.md tells receivers to; not by our own code."""
    parts = dict(part.split("=", 1) for part in received.headers["Pumphouse-Signature"].split(","))
    signed = parts["t"].encode() + b"." + received.body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return (
        hmac.compare_digest(expected, parts["v1"])
        and abs(now - int(parts["t"])) < TOLERANCE_SECONDS
    )
