"""Clients that send or read slowly, or not at all, stop nobody else."""

import http.client
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from os import environ

import pytest

from dashboard.cli import up
from dashboard.web.bridge import LONGEST_BODY
from tests.support.awaiting import await_that
from tests.support.servers import free_port

CLIENTS = 60
"""More than the threads of all processes."""
FILE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
POST = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def port(pumphouse_home) -> Iterator[int]:
    """Serve the pages as ``pumphouse up`` does, and return their port."""
    port = free_port()
    command = up._web_command(f"127.0.0.1:{port}")
    home = {"PUMPHOUSE_HOME": str(pumphouse_home)}
    with subprocess.Popen(command, env={**environ, **home}) as server:
        try:
            await_that(lambda: serves(port), seconds=60)
            yield port
        finally:
            server.terminate()


def serves(port: int) -> bool:
    try:
        return status_of(port) == 200
    except OSError:
        return False


def status_of(port: int, method: str = "GET", body: object = None, **more: object) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request(method, "/login/", body, **more)
        return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def many(port: int, sent: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(connected(port, sent)) for _ in range(CLIENTS)]


def connected(port: int, sent: bytes) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(sent)
    return client


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"G",
        b"GET /login/ HTTP/1.1\r\nHost: localhost\r\n",
        POST + b"Content-Length: 1000\r\n\r\nx",
        POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nx",
        f"GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
    ],
    ids=["nothing", "a letter", "half a head", "half a body", "half a chunk", "reads nothing"],
)
def test_others_are_answered_meanwhile(port: int, sent: bytes) -> None:
    with many(port, sent):
        assert [status_of(port) for _ in range(4)] == [200] * 4


def test_who_sends_no_request_is_not_waited_for(port: int) -> None:
    with many(port, b"G") as clients:
        for client in clients:
            client.settimeout(up.HEADER_SECONDS + 5)
            assert client.recv(1) == b""


def test_a_body_that_is_too_long_is_refused(port: int) -> None:
    parts = (b"x" * 65536 for _ in range(LONGEST_BODY // 65536 + 1))
    with suppress(BrokenPipeError, ConnectionResetError):  # it may close while we are sending
        assert status_of(port, "POST", parts, encode_chunked=True) == 413
    assert status_of(port) == 200


def test_a_file_is_sent_whole(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", FILE)
    answer = connection.getresponse()
    assert len(answer.read()) == int(answer.headers["Content-Length"]) > 1_000_000
