"""What ``pumphouse up`` refuses to start with, and whom its parent does not blame."""

import socket
import time

import pytest

from dashboard.cli import up as module
from dashboard.cli.up import Parent, run_up
from dashboard.errors import BadInput
from dashboard.jobs.queue_watchdog import STUCK_SECONDS
from tests.support.servers import free_port


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["ping", "sweep"])
def test_workers_are_not_blamed_while_broker_or_database_is_away(monkeypatch, tmp_path, broken):
    def refuse() -> None:
        raise ConnectionError

    monkeypatch.setattr(module, broken, refuse)
    parent = Parent(bind="127.0.0.1:1", workers=1, ping_file=tmp_path / "answered")
    parent._watch.free_since = time.monotonic() - STUCK_SECONDS + 1
    parent._look_after()
    assert not parent._watch.is_stuck(now=time.monotonic() + 2)


def test_an_address_that_is_taken_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match="Cannot listen"):
            run_up(bind=f"127.0.0.1:{taken.getsockname()[1]}")


@pytest.mark.parametrize("bind", ["localhost", "127.0.0.1:65536"])
def test_an_address_without_a_port_is_one_sentence(bind):
    with pytest.raises(BadInput, match="not an address"):
        run_up(bind=bind)


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("not one", "no pair")])
def test_a_certificate_of_no_use_is_one_sentence(tmp_path, settings, content, why):
    certificate = tmp_path / "certificate"
    if content:
        certificate.write_text(content)
    settings.TLS_CERTIFICATE, settings.TLS_KEY = str(certificate), str(certificate)
    with pytest.raises(BadInput, match=rf"The certificate .* cannot be used: .*{why}"):
        run_up(bind=f"127.0.0.1:{free_port()}")
