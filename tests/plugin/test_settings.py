"""The settings that the plugin writes on a Fuel master are fit for production, and serve TLS."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fuel_plugin.build import ROOT
from tests.support.awaiting import await_that
from tests.support.fuel_masters import make_certificate
from tests.support.servers import free_port

WRITTEN = ROOT / "deployment_scripts" / "master" / "pumphouse.env"
HEALTH_CHECK = ROOT / "fuel_plugin" / "healthcheck.py"


def written(home: Path, **changes: str) -> dict[str, str]:
    """Return the environment of the container on a master at 10.20.0.2."""
    text = WRITTEN.read_text()
    for name, value in {"ADDRESS": "10.20.0.2", "PORT": "8444", "HOSTS": "localhost"}.items():
        text = text.replace(f"@{name}@", value)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines)
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**inherited, **settings, "PUMPHOUSE_HOME": str(home), **changes}


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@contextmanager
def up(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "dashboard.cli.main", "up"], env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


def is_healthy(environment: dict[str, str]) -> bool:
    command = [sys.executable, str(HEALTH_CHECK)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return done.returncode == 0


def is_listened_at(bind: str) -> bool:
    host, _, port = bind.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_django_finds_nothing_to_mend(tmp_path):
    done = check(written(tmp_path))
    assert done.returncode == 0, done.stderr


def test_django_would_find_what_is_open(tmp_path):
    done = check(written(tmp_path, PUMPHOUSE_TLS_CERTIFICATE="", PUMPHOUSE_DEBUG="true"))
    assert done.returncode == 1
    assert "SESSION_COOKIE_SECURE" in done.stderr


def test_pages_come_by_tls_and_the_health_check_sees_it(tmp_path):
    certificate, key = make_certificate(tmp_path)
    bind = f"127.0.0.1:{free_port()}"
    environment = written(
        tmp_path / "home",
        PUMPHOUSE_BIND=bind,
        PUMPHOUSE_HOSTS="127.0.0.1",
        PUMPHOUSE_TLS_CERTIFICATE=str(certificate),
        PUMPHOUSE_TLS_KEY=str(key),
        PUMPHOUSE_WORKERS="1",
    )
    assert not is_healthy(environment)
    with up(environment):
        await_that(lambda: is_listened_at(bind), seconds=200)
        await_that(lambda: is_healthy(environment), seconds=200)
        trusting = ssl.create_default_context(cafile=str(certificate))
        with urllib.request.urlopen(f"https://{bind}/login/", context=trusting) as page:
            cookies = page.headers.get_all("Set-Cookie")
            assert "Strict-Transport-Security" not in page.headers
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert cookies and all("Secure" in cookie for cookie in cookies)
        with pytest.raises((urllib.error.URLError, ConnectionError)):
            urllib.request.urlopen(f"http://{bind}/login/", timeout=10)
