"""Checks of moved servers by TCP and HTTP, of real servers on loopback."""

import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from dashboard.hooks.models import HookCall
from tests.support.hooks import hook_job, run

pytestmark = pytest.mark.django_db(transaction=True)


def check(**kind):
    return {"name": "up", "at": "after_server", **kind}


def server_job(**facts):
    return hook_job("up", "after_server", server="web-1", server_id="s1", **facts)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_port_that_opens_later_is_waited_for_at_the_floating_address(configure):
    port = free_port()
    configure(check(tcp={"port": port}))
    job = server_job(fixed_address="192.0.2.1", floating_address="127.0.0.1")
    assert run(job).state == "pending"
    with socket.create_server(("127.0.0.1", port)):
        assert run(job).state == "done"


def test_a_port_that_never_opens_fails_by_its_limit(configure):
    configure(check(tcp={"port": free_port()}))
    job = server_job(floating_address="127.0.0.1")
    run(job)
    HookCall.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    step = run(job)
    assert step.state == "failed" and "was not over after 300 s" in step.error


def test_a_server_without_an_address_cannot_be_checked(configure):
    configure(check(tcp={"port": 22}))
    step = run(server_job())
    assert step.state == "failed" and "Server web-1 has no address" in step.error


def test_an_answer_must_have_the_status_and_the_text(configure):
    answers = [(503, b"ready"), (200, b"starting"), (200, b"ready")]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answers.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    url = f"http://{{address}}:{server.server_port}/health"
    configure(check(http={"url": url, "status": 200, "contains": "ready"}))
    job = server_job(fixed_address="127.0.0.1")
    try:
        assert [run(job).state for _ in range(3)] == ["pending", "pending", "done"]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
