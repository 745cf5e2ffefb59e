"""What is seen after a login is kept in no cache, and who is refused fills no log."""

import io
import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> User:
    return rows.user_with("viewer")


@pytest.mark.parametrize("path", ["/", "/jobs/", "/clouds/", "/api/jobs/", "/api/docs/", "/x/"])
def test_nothing_behind_the_login_is_stored(viewer: User, client: Client, path: str) -> None:
    client.force_login(viewer)
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what is written to standard error by the handler of the settings."""
    lines = io.StringIO()
    (handler,) = [each for each in logging.getLogger().handlers if each.name == "stderr"]
    monkeypatch.setattr(handler, "stream", lines)
    return lines


def test_a_foreign_host_is_refused_in_a_line(client: Client, log: io.StringIO) -> None:
    assert client.get("/login/", headers={"host": "evil.example"}).status_code == 400
    assert "evil.example" in log.getvalue()
    assert "Traceback" not in log.getvalue()


def test_a_role_that_is_missing_is_refused_in_a_line(
    viewer: User, client: Client, log: io.StringIO
) -> None:
    client.force_login(viewer)
    assert client.post("/clouds/read/").status_code == 403
    assert "/clouds/read/" in log.getvalue()
    assert "Traceback" not in log.getvalue()
