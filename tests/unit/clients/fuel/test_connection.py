"""The connection to a Fuel master: TLS, logins, time-outs, and what is no Fuel at all."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from dashboard.clients.fuel.endpoint import FuelEndpoint
from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import NeedsOperator, NotFound, PumphouseError, Retryable
from tests.support.fuel_masters import (
    RunningMaster,
    create_environment,
    make_certificate,
    running_master,
    switch,
)

SRC, DST = 1, 2


def test_two_masters_are_used_at_once_by_one_process(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with (
        running_master(tmp_path / "one") as first,
        running_master(tmp_path / "two") as second,
    ):
        one, two = FuelMaster(first.endpoint), FuelMaster(second.endpoint)
        create_environment(one, "only-in-one", release_id=2)
        two.environments()
        assert one.environment(3).name == "only-in-one"
        with pytest.raises(NotFound):
            two.environment(3)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_https_is_spoken_with_a_master_whose_ca_is_given(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with running_master(tmp_path, certificate=str(certificate), key=str(key)) as running:
        fuel = FuelMaster(replace(running.endpoint, tls=True, verify=str(certificate)))
        assert [one.name for one in fuel.environments()] == ["src-cloud", "dst-cloud"]
        unverified = FuelMaster(replace(running.endpoint, tls=True, verify=False))
        assert unverified.environment(SRC).status == "operational"
        with pytest.raises(NeedsOperator, match="not trusted"):
            FuelMaster(replace(running.endpoint, tls=True)).environments()


@pytest.mark.parametrize("version", ["v2.0", "v3"])
def test_either_keystone_gives_a_token(tmp_path: Path, version: str) -> None:
    with running_master(tmp_path, versions=(version,)) as running:
        assert len(FuelMaster(running.endpoint).environments()) == 2


def test_a_token_that_fuel_no_longer_takes_is_renewed(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    fuel.environments()
    switch(running, "logout")
    fuel.assign(DST, [9], roles=["compute"])
    assert fuel.node(9).environment_id == DST


def test_a_wrong_password_is_told_and_not_shown(running: RunningMaster) -> None:
    wrong = FuelEndpoint(host="127.0.0.1", port=running.endpoint.port, password="not-the-one")
    with pytest.raises(NeedsOperator, match="refused the password of admin") as caught:
        FuelMaster(wrong).environments()
    assert "not-the-one" not in str(caught.value)


def test_a_master_that_accepts_and_never_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        endpoint = FuelEndpoint(host="127.0.0.1", port=port, password="secret", answer_seconds=0.5)
        began = time.monotonic()
        with pytest.raises(Retryable, match=r"did not answer GET .*clusters.* within 0.5 s"):
            FuelMaster(endpoint).environments()
        with pytest.raises(Retryable, match="may have accepted the request"):
            FuelMaster(endpoint).notify("x", topic="done")
        assert time.monotonic() - began < 5


def test_a_master_that_is_off_is_told_with_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    endpoint = FuelEndpoint(host="127.0.0.1", port=port, password="secret")
    with pytest.raises(Retryable, match=f"Fuel at http://127.0.0.1:{port} cannot be reached"):
        FuelMaster(endpoint).environments()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("301 Moved\r\nLocation: https://fuel:8443/", "sends requests on to https://fuel:8443/"),
        ("200 OK", "is not the API of Fuel"),
        ("502 Bad Gateway", "answered 502"),
    ],
)
def test_what_is_no_fuel_master_is_told_apart(answer: str, sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        endpoint = FuelEndpoint(host="127.0.0.1", port=other.getsockname()[1], password="secret")

        def serve() -> None:
            with other.accept()[0] as connection:
                connection.recv(65536)
                head = f"HTTP/1.1 {answer}\r\nContent-Length: 6\r\n\r\n"
                connection.sendall(head.encode() + b"<html>")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(PumphouseError, match=sentence):
            FuelMaster(endpoint).version()
        thread.join()


def test_the_password_stays_out_of_environment_files_and_messages(
    running: RunningMaster, tmp_path: Path
) -> None:
    """In a process of its own, whose home is watched: fuelclient writes there when imported."""
    home = tmp_path / "home"
    home.mkdir()
    script = (
        "import os, sys\n"
        "from dashboard.clients.fuel.endpoint import FuelEndpoint\n"
        "before = dict(os.environ)\n"
        "from dashboard.clients.fuel.master import FuelMaster\n"
        "endpoint = FuelEndpoint(host='127.0.0.1', port=int(sys.argv[1]),"
        " password=sys.stdin.read())\n"
        "print(len(FuelMaster(endpoint).environments()), dict(os.environ) == before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(running.endpoint.port)],
        input=running.endpoint.password,
        capture_output=True,
        text=True,
        env={
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=Path(__file__).parents[4],
    )
    assert done.stdout.split() == ["2", "True"], done.stderr
    assert list(home.rglob("*")) == []
    assert running.endpoint.password not in done.stdout + done.stderr


def test_the_version_needs_no_login(running: RunningMaster) -> None:
    with urlopen(f"{running.server.address}/api/v1/version") as answer:
        assert json.load(answer) == FuelMaster(running.endpoint).version()
