"""The users that the command line adds."""

import io
import sys

import pytest
from django.contrib.auth.models import User

from dashboard.jobs.roles import Role, role_of
from tests.support import rows
from tests.support.commands import run

pytestmark = pytest.mark.django_db


def add_user(monkeypatch: pytest.MonkeyPatch, password: str, role: str = "operator") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return run("user", "add", "alice", "--role", role, "--password-stdin")


def test_a_user_is_added_with_a_password_from_a_pipe(monkeypatch, capsys):
    assert add_user(monkeypatch, rows.PASSWORD) == 0
    alice = User.objects.get(username="alice")
    assert alice.check_password(rows.PASSWORD)
    assert role_of(alice) == Role.OPERATOR
    out, err = capsys.readouterr()
    assert rows.PASSWORD not in out + err


def test_adding_a_user_again_changes_role_and_password(monkeypatch):
    add_user(monkeypatch, rows.PASSWORD, "admin")
    add_user(monkeypatch, "another-password-for-tests", "viewer")
    alice = User.objects.get(username="alice")
    assert alice.check_password("another-password-for-tests")
    assert role_of(alice) == Role.VIEWER


@pytest.mark.parametrize("password", ["", "short", "password123", "eleven-char", "8374928374921"])
def test_a_weak_password_is_refused(monkeypatch, password):
    assert add_user(monkeypatch, password) == 2
    assert not User.objects.exists()


def test_a_password_cannot_be_an_argument(capsys):
    assert run("user", "add", "alice", "--password", rows.PASSWORD) == 2
    assert not User.objects.exists()
