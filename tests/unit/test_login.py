"""Trying passwords ends in a lock-out; tokens end, and the database has only digests of them."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from tests.support import rows

pytestmark = pytest.mark.django_db

LOGIN = {"username": "viewer", "password": rows.PASSWORD}
WRONG = {"username": "viewer", "password": "not-the-password"}


@pytest.fixture(autouse=True)
def forget_who_asked() -> None:
    """Start without what the door for scripts remembers of other tests."""
    cache.clear()


def call(address: str, token: str, method: str = "get"):
    return getattr(Client(), method)(address, headers={"Authorization": f"Token {token}"})


def new_token() -> str:
    answer = Client().post("/api/token/", LOGIN, content_type="application/json")
    return answer.json()["token"]


def test_the_account_is_locked_for_who_failed_too_often(client):
    rows.user_with("viewer")
    statuses = [client.post("/login/", WRONG).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    answer = client.post("/login/", LOGIN)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()


def test_others_still_log_in_to_an_account_that_somebody_tried(client):
    rows.user_with("viewer")
    for _ in range(5):
        client.post("/login/", WRONG, REMOTE_ADDR="192.0.2.66")
    assert client.post("/login/", LOGIN).status_code == 302


def test_the_lock_ends_by_itself(client):
    rows.user_with("viewer")
    for _ in range(5):
        client.post("/login/", WRONG)
    before = timezone.now() - settings.AXES_COOLOFF_TIME - timedelta(seconds=1)
    AccessAttempt.objects.update(attempt_time=before)
    assert client.post("/login/", LOGIN).status_code == 302


def test_the_door_for_scripts_locks_too(client):
    rows.user_with("viewer")
    for _ in range(5):
        answer = client.post("/api/token/", WRONG, content_type="application/json")
    assert (answer.status_code, set(answer.json())) == (429, {"error", "fix"})
    assert client.post("/login/", LOGIN).status_code == 429


def test_a_success_counts_from_the_start_again(client):
    rows.user_with("viewer")
    for _ in range(3):
        for _ in range(4):
            client.post("/login/", WRONG)
        assert client.post("/login/", LOGIN).status_code == 302


def test_the_attempts_are_stored_without_their_passwords(client):
    client.post("/login/", WRONG)
    client.post("/api/token/", WRONG, content_type="application/json")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            content = str(cursor.execute(f'SELECT * FROM "{table}"').fetchall())
            assert WRONG["password"] not in content, table


def test_a_token_is_in_no_table():
    rows.user_with("viewer")
    token = new_token()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            assert token not in str(cursor.execute(f'SELECT * FROM "{table}"').fetchall()), table


def test_a_token_that_ended_opens_nothing():
    rows.user_with("viewer")
    token = new_token()
    assert call("/api/clouds/", token).status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert call("/api/clouds/", token).status_code == 401


def test_a_token_can_be_taken_back_and_others_stay():
    rows.user_with("viewer")
    first, second = new_token(), new_token()
    assert call("/api/token/revoke/", first, "post").status_code == 204
    assert call("/api/clouds/", first).status_code == 401
    assert call("/api/clouds/", second).status_code == 200


def test_a_user_who_was_made_inactive_has_no_token_any_more():
    rows.user_with("viewer")
    token = new_token()
    User.objects.update(is_active=False)
    assert call("/api/clouds/", token).status_code == 401
