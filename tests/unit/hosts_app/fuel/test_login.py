"""People log in to Pumphouse with their name and password of the Fuel master."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client

from dashboard.jobs.roles import Role, role_of
from tests.support import rows
from tests.support.fuel_masters import (
    RunningMaster,
    configure_fuel,
    make_certificate,
    running_master,
)

pytestmark = pytest.mark.django_db

BACKEND = "dashboard.hosts_app.fuel.login.FuelBackend"
OTHERS = {"watcher": "a-password-of-a-watcher"}
REFUSED = "Incorrect username or password."


@pytest.fixture(autouse=True)
def forget_who_asked() -> None:
    """Start without what the door for scripts remembers of other tests."""
    cache.clear()


@pytest.fixture(params=["v2.0", "v3"])
def master(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path
) -> Iterator[RunningMaster]:
    """Serve a master whose Keystone has one version of the API, and log in with it."""
    with running_master(tmp_path, versions=(request.param,)) as running:
        running.server.login.others.update(OTHERS)
        configure_fuel(settings, running.endpoint, tmp_path)
        settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
        yield running


def log_in(username: str, password: str, client: Client | None = None):
    form = {"username": username, "password": password}
    return (client or Client()).post("/login/", form)


def test_an_admin_of_fuel_is_an_admin_here(master):
    assert log_in("admin", master.endpoint.password).status_code == 302
    user = User.objects.get(username="admin")
    assert (role_of(user), user.is_staff) == (Role.ADMIN, True)


def test_an_account_without_a_role_in_fuel_is_a_viewer(master):
    assert log_in("watcher", OTHERS["watcher"]).status_code == 302
    user = User.objects.get(username="watcher")
    assert (role_of(user), user.is_staff) == (Role.VIEWER, False)


def test_a_wrong_password_leaves_no_user(master):
    answer = log_in("admin", "not-the-password")
    assert REFUSED in answer.content.decode()
    assert not User.objects.exists()


def test_the_row_of_a_user_of_fuel_has_no_password(master):
    log_in("admin", master.endpoint.password)
    user = User.objects.get(username="admin")
    assert not user.has_usable_password()


def test_a_password_is_in_no_table(master):
    log_in("admin", "typed-by-mistake-0")
    log_in("admin", master.endpoint.password)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            content = str(cursor.execute(f'SELECT * FROM "{table}"').fetchall())
            assert "typed-by-mistake-0" not in content, table
            assert master.endpoint.password not in content, table


def test_a_role_that_fuel_takes_away_is_gone_at_the_next_login(master, settings):
    log_in("admin", master.endpoint.password)
    settings.FUEL_ROLES = {"admin": "operator"}
    log_in("admin", master.endpoint.password)
    user = User.objects.get(username="admin")
    assert (role_of(user), user.is_staff, user.is_superuser) == (Role.OPERATOR, False, False)


def test_those_without_a_role_can_be_kept_out(master, settings):
    settings.FUEL_ROLE_OF_OTHERS = "none"
    assert REFUSED in log_in("watcher", OTHERS["watcher"]).content.decode()
    assert log_in("admin", master.endpoint.password).status_code == 302


def test_a_role_that_there_is_not_is_said_so(master, settings):
    settings.FUEL_ROLES = {"admin": "emperor"}
    answer = log_in("admin", master.endpoint.password)
    assert "unknown role &#x27;emperor&#x27;" in answer.content.decode()


def test_an_account_of_the_same_name_in_fuel_does_not_get_ours(master):
    User.objects.create_user(username="admin", password=rows.PASSWORD)
    assert REFUSED in log_in("admin", master.endpoint.password).content.decode()
    assert log_in("admin", rows.PASSWORD).status_code == 302


def test_a_user_who_was_made_inactive_stays_out(master):
    log_in("watcher", OTHERS["watcher"])
    User.objects.update(is_active=False)
    assert REFUSED in log_in("watcher", OTHERS["watcher"]).content.decode()


def test_a_name_and_password_of_fuel_give_a_token(master, client):
    body = {"username": "admin", "password": master.endpoint.password}
    token = client.post("/api/token/", body, content_type="application/json").json()["token"]
    answer = client.get("/api/clouds/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200


def test_fuel_out_of_reach_is_said_so_and_own_accounts_log_in(master, client):
    User.objects.create_user(username="local", password=rows.PASSWORD)
    master.server.server_close()
    master.server.shutdown()
    assert "Keystone of Fuel at 127.0.0.1 does not answer" in log_in("admin", "x").content.decode()
    body = {"username": "admin", "password": "x"}
    assert client.post("/api/token/", body, content_type="application/json").status_code == 503
    assert log_in("local", rows.PASSWORD).status_code == 302


def test_a_master_with_a_certificate_of_its_own_is_asked_by_tls(settings, tmp_path):
    certificate, key = make_certificate(tmp_path)
    with running_master(tmp_path, certificate=str(certificate), key=str(key)) as running:
        endpoint = running.endpoint
        object.__setattr__(endpoint, "tls", True)
        object.__setattr__(endpoint, "verify", str(certificate))
        configure_fuel(settings, endpoint, tmp_path)
        settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
        assert log_in("admin", endpoint.password).status_code == 302
