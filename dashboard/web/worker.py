"""gunicorn's worker for many connections at once, with a time limit for each."""

import socket
from contextlib import suppress
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi
from typing_extensions import override

from dashboard.web.bridge import Bridge

UNREAD_SECONDS = 30.0


class PatientProtocol(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """Closes a connection whose first request is not there within the keep-alive time.

    gunicorn itself has that limit only from the second request on.
    """

    @override
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arm_keepalive_timer()


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]
    """Serves with that protocol. The kernel ends connections that read nothing."""

    @override
    def init_process(self) -> None:
        gasgi.ASGIProtocol = PatientProtocol
        for listener in self.sockets:
            with suppress(OSError, AttributeError):  # Linux has it; connections inherit it
                listener.sock.setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1000)
                )
        super().init_process()

    @override
    def handle_exit_signal(self) -> None:
        """End what listens: gunicorn waits for open answers."""
        Bridge.is_stopping = True
        super().handle_exit_signal()
