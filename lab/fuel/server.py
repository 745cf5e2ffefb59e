"""The HTTP server: Keystone, Nailgun and the switches behind one URL, as on a Fuel master."""

import json
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lab.fuel import (
    cluster_api,
    health,
    message_api,
    node_api,
    nodegroups,
    releases,
    routing,
    tasks,
)
from lab.fuel.control import control
from lab.fuel.login import Login
from lab.fuel.master import Master
from lab.fuel.refusal import Refusal

# Importing these modules registers their routes.
API = (cluster_api, health, message_api, node_api, nodegroups, releases)
API_ROOTS = ("/api/v1/", "/api/")
HEALTH_ROOT = "/ostf/"
PUBLIC_PATHS = ("version",)
POLLED = ("tasks", "transactions", "nodes")


class FuelServer(ThreadingHTTPServer):
    """Serves one master; ``certificate`` and ``key`` are files, for https."""

    daemon_threads = True

    def __init__(
        self,
        master: Master,
        *,
        port: int = 0,
        login: Login | None = None,
        certificate: str = "",
        key: str = "",
    ) -> None:
        super().__init__(("127.0.0.1", port), _Requests)
        self.master = master
        self.login = login or Login(master.username, master.password)
        self._stopped = threading.Event()
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def address(self) -> str:
        """Return its URL."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def serve(self) -> None:
        """Serve until ``shutdown``; tasks advance by the clock if the master has one."""
        if self.master.seconds_per_step:
            threading.Thread(target=self._tick, daemon=True).start()
        self.serve_forever(poll_interval=0.02)
        self._stopped.set()

    def _tick(self) -> None:
        while not self._stopped.wait(self.master.seconds_per_step):
            with self.master.lock:
                tasks.advance(self.master)
                self.master.save()


@contextmanager
def serving(server: FuelServer) -> Iterator[FuelServer]:
    """Serve in a thread of this process."""
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Requests(BaseHTTPRequestHandler):
    server: FuelServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet where it can be
    disable_nagle_algorithm = True  # else the second waits 40 ms for the first to be acknowledged

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, *arguments: Any) -> None:
        """Log nothing: URLs in a log help nobody here."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        url = urlsplit(self.path)
        headers: dict[str, str] = {}
        try:
            with self.server.master.lock:
                status, answer = self._handle(url.path, url.query, body, headers)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
        except (KeyError, TypeError, ValueError):
            traceback.print_exc()
            status, answer = 500, "Unexpected exception, please check logs"
        self._send(status, answer, headers)

    def _handle(self, path: str, query: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        login = self.server.login
        if path == "/keystone/v2.0/tokens":
            return 200, login.version_two(body)
        if path == "/keystone/v3/auth/tokens":
            headers["X-Subject-Token"], answer = login.version_three(body)
            return 201, answer
        if path == "/keystone/v3/users":
            return 200, login.users(self.headers.get("X-Auth-Token"))
        if path.startswith("/control/"):
            words = path.removeprefix("/control/").split("/")
            if isinstance(body, dict) and "host" in body:  # from a BMC
                words.append(body["host"])
            answer = control(self.server.master, login, words)
            self.server.master.save()
            return 200, answer
        return self._call(path, query, body)

    def _call(self, path: str, query: str, body: Any) -> tuple[int, Any]:
        root = next((root for root in API_ROOTS if path.startswith(root)), None)
        if root is None and not path.startswith(HEALTH_ROOT):
            raise Refusal(404, "Not found", plain=True)
        path = path.removeprefix(root or "").strip("/")
        if path not in PUBLIC_PATHS:
            self.server.login.refuse_unknown(self.headers.get("X-Auth-Token"))
        polled = self._is_polled(path)
        changes = self.command != "GET" or (polled and tasks.are_under_way(self.server.master))
        if polled:
            tasks.advance(self.server.master)
        call = routing.Call(
            method=self.command,
            path=path,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            body=body,
        )
        answer = routing.answer(self.server.master, call)
        if changes:
            self.server.master.save()
        return answer

    def _is_polled(self, path: str) -> bool:
        by_polls = self.server.master.seconds_per_step is None
        return by_polls and self.command == "GET" and path.partition("/")[0] in POLLED

    def _send(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        content = b"" if status == 204 else json.dumps(answer).encode()
        if status >= 400 and isinstance(answer, str):
            content = answer.encode()
        if isinstance(answer, routing.Python):
            content = repr(list(answer)).encode()
        self.send_response(status)
        kind = "text/html" if status >= 400 else "application/json"
        for name, value in (("Content-Type", kind), *headers.items()):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
