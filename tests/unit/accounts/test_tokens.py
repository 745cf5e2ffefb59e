"""A token ends with the password that it was issued for, and with the account."""

import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from dashboard.cli.main import main
from tests.support import rows

pytestmark = pytest.mark.django_db

NEW = "another-password-for-tests"


@pytest.fixture
def user() -> User:
    return rows.user_with("operator")


@pytest.fixture
def opens(user: User) -> Callable[[], bool]:
    """Return whether a token that the user has from before opens the API."""
    _row, token = AuthToken.objects.create(user)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/jobs/").status_code == 200
    return lambda: client.get("/api/jobs/").status_code == 200


def test_a_new_password_from_the_command_line_ends_it(user, opens, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    assert main(["user", "add", "operator", "--role", "operator", "--password-stdin"]) == 0
    assert not opens()


@pytest.mark.parametrize(
    "fields",
    [
        {"password1": NEW, "password2": NEW, "usable_password": "true"},
        {"usable_password": "false"},
    ],
    ids=["new", "none"],
)
def test_a_new_password_from_the_django_admin_ends_it(user, opens, fields) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    fields["unset-password" if fields["usable_password"] == "false" else "set-password"] = "1"
    answer = client.post(f"/admin/auth/user/{user.pk}/password/", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert not opens()


def test_a_deactivated_account_does_not_have_it_back_later(user, opens) -> None:
    for active in (False, True):
        user.is_active = active
        user.save()
    assert not opens()


def test_others_keep_theirs(user, opens) -> None:
    other = User.objects.create_user("other", password=rows.PASSWORD)
    other.set_password(NEW)
    other.save()
    assert opens()


def test_a_login_and_a_stronger_hash_do_not_end_it(user, opens, settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    body = {"username": "operator", "password": rows.PASSWORD}
    assert Client().post("/login/", body).status_code == 302
    assert User.objects.get(pk=user.pk).password.startswith("pbkdf2")
    assert opens()
