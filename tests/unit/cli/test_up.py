"""What ``pumphouse up`` refuses to start with, and whom its parent does not blame."""

import socket
import time

import pytest

from dashboard.cli import up as module
from dashboard.cli.commands import up as command
from dashboard.cli.up import Parent, run_up
from dashboard.errors import BadInput
from dashboard.jobs.queue_watchdog import STUCK_SECONDS
from tests.support.commands import run
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


@pytest.mark.django_db
def test_the_configuration_says_where_and_for_whom_to_serve(tmp_path, settings, monkeypatch):
    given: dict[str, object] = {}
    monkeypatch.setattr(command, "run_up", lambda **named: given.update(named) or 0)
    path = tmp_path / "config.yaml"
    clouds = (
        "source: {endpoint: {auth_url: 'http://h/v3', username: a, password: b, tenant_name: c}}"
    )
    path.write_text(f"SERVER_NAME: pumphouse.example.com:9000\n{clouds}")
    settings.PUMPHOUSE_CONFIG = str(path)
    assert run("up") == 0
    assert given["bind"] == "127.0.0.1:9000"
    assert given["hosts"] == ["pumphouse.example.com", "127.0.0.1"]
    path.write_text(f"BIND_HOST: '[::1]:8000'\n{clouds}")
    assert run("up", "--bind", "127.0.0.1:7") == 0
    assert (given["bind"], given["hosts"]) == ("127.0.0.1:7", ["[::1]"])


@pytest.mark.django_db
def test_a_directory_without_a_page_is_refused(tmp_path, settings, capsys):
    settings.UI_DIRECTORY = str(tmp_path)
    assert run("up") == 2
    assert "no index.html" in capsys.readouterr().err
