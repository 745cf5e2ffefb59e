"""A cloud that gives no answer is one sentence: who, where and why."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dashboard.clients import openstack
from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from tests.support.fuel_masters import make_certificate
from tests.support.servers import free_port

DOWN = b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
BUSY = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def cloud_at(auth_url: str) -> CloudSession:
    auth = {
        "auth_url": auth_url,
        "username": "admin",
        "password": "secret",
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    return CloudSession(CloudAccess(name="old", auth=auth))


def refusal(kind: type[PumphouseError], auth_url: str) -> PumphouseError:
    with pytest.raises(kind) as raised:
        cloud_at(auth_url).fresh_token(seconds=1)
    return raised.value


@contextmanager
def keystone(catalog: list[dict[str, object]]) -> Iterator[str]:
    """Return the address of a Keystone that lets everybody in."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            token = {"catalog": catalog, "expires_at": "2099-01-01T00:00:00.000000Z", "methods": []}
            body = json.dumps({"token": token}).encode()
            self.send_response(201)
            self.send_header("X-Subject-Token", "a token")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Log nothing: the lines would be in the test output."""

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        threading.Thread(target=listening.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/v3"
        listening.shutdown()


@contextmanager
def server(tls: ssl.SSLContext | None = None, *, answer: bytes = DOWN) -> Iterator[int]:
    """Return a port that answers whatever it is sent in plain text, or in TLS."""

    def secured(caller: socket.socket) -> socket.socket:
        return tls.wrap_socket(caller, server_side=True) if tls else caller

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), secured(caller) as talking:
                talking.recv(1024)
                talking.sendall(answer)
                # a question of which a part was never read would end in a reset
                talking.shutdown(socket.SHUT_WR)
                talking.settimeout(1)
                while talking.recv(1024):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)  # ends its accept


@pytest.fixture
def untrusted(tmp_path: Path) -> ssl.SSLContext:
    """Return TLS with a certificate that no authority has signed."""
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.mark.parametrize(("path", "asked"), [("/v3", "/v3/auth/tokens"), ("", "/")])
def test_a_closed_port_is_a_refused_connection(path: str, asked: str) -> None:
    root = f"http://127.0.0.1:{free_port()}"
    refused = refusal(Retryable, root + path)
    assert refused.sentence == f"Cloud old does not answer at {root}{asked}: Connection refused."


def test_silence_is_a_timeout_that_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openstack, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sentence = refusal(Retryable, f"http://127.0.0.1:{silent.getsockname()[1]}/v3").sentence
    assert sentence.endswith("/v3/auth/tokens: timed out.")


def test_tls_to_a_plain_port_asks_for_the_address() -> None:
    with server() as port:
        refused = refusal(NeedsOperator, f"https://127.0.0.1:{port}/v3")
    address = f"https://127.0.0.1:{port}/v3/auth/tokens"
    # the rest is OpenSSL's, each version has its own words
    assert re.fullmatch(
        rf"There is no TLS with cloud old at {address}: [a-z ]+\.", refused.sentence
    )
    assert refused.fix.startswith("Correct the address")


def test_a_certificate_that_nobody_signed_asks_for_its_authority(
    untrusted: ssl.SSLContext,
) -> None:
    with server(untrusted) as port:
        refused = refusal(NeedsOperator, f"https://127.0.0.1:{port}/v3")
    assert re.search(r": certificate verify failed: self.signed certificate\.$", refused.sentence)
    assert "cacert" in refused.fix


def test_a_service_that_is_down_is_quoted() -> None:
    with server() as port:
        sentence = refusal(Retryable, f"http://127.0.0.1:{port}/v3").sentence
    assert sentence.endswith("/v3: Service Unavailable (HTTP 503).")


def test_a_keystone_that_limits_logins_is_asked_again_when_it_says_so() -> None:
    with server(answer=BUSY) as port:
        refused = refusal(Retryable, f"http://127.0.0.1:{port}/v3")
    assert isinstance(refused, Retryable)
    assert refused.retry_after == 7


@pytest.mark.parametrize("service", ["image", "compute", "network", "block_storage"])
def test_a_service_behind_a_closed_port_is_tried_again(service: str) -> None:
    endpoint = {"interface": "public", "url": f"http://127.0.0.1:{free_port()}", "region": "one"}
    entry = {"type": service.replace("_", "-"), "name": service, "endpoints": [endpoint]}
    with keystone([entry]) as auth_url, pytest.raises(Retryable):
        list(cloud_at(auth_url).list(service, "/things", "things"))


def asked_of(service: str, port: int) -> PumphouseError:
    """Ask a service at that port for a list, and return what comes of it."""
    endpoint = {"interface": "public", "url": f"http://127.0.0.1:{port}", "region": "one"}
    entry = {"type": service.replace("_", "-"), "name": service, "endpoints": [endpoint]}
    with keystone([entry]) as auth_url, pytest.raises(Retryable) as raised:
        list(cloud_at(auth_url).list(service, "/things", "things"))
    return raised.value


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("image", "Image (Glance)"),
        ("compute", "Compute (Nova)"),
        ("block_storage", "Block Storage (Cinder)"),
    ],
)
def test_a_service_that_is_stopped_is_named_with_its_address_and_the_reason(
    service: str, name: str
) -> None:
    port = free_port()
    stopped = asked_of(service, port)
    address = f"http://127.0.0.1:{port}"
    assert stopped.sentence == (
        f"{name} of cloud old does not answer at {address}: Connection refused."
    )
    assert stopped.fix == f"Check that {name} runs and can be reached from here."
    with server() as port:
        assert asked_of(service, port).sentence == (
            f"{name} of cloud old does not answer at http://127.0.0.1:{port}: 503 Down."
        )
