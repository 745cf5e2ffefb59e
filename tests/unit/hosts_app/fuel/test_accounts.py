"""Who is removed from Fuel is logged out here: sessions and tokens end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from dashboard.clients.fuel.master import FuelMaster
from dashboard.hosts_app.fuel.accounts import end_access_of_gone
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, configure_fuel, running_master

pytestmark = pytest.mark.django_db

BACKEND = "dashboard.hosts_app.fuel.login.FuelBackend"
PASSWORD = "a-password-of-a-watcher"


@pytest.fixture(params=[("v2.0", "v3"), ("v3",)], ids=["both", "v3"])
def master(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path
) -> Iterator[RunningMaster]:
    cache.clear()
    with running_master(tmp_path, versions=request.param) as running:
        running.server.login.others["Watcher"] = PASSWORD
        configure_fuel(settings, running.endpoint, tmp_path)
        settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
        yield running


@pytest.fixture
def gets_in(master: RunningMaster) -> Callable[[], tuple[bool, bool]]:
    """Return whether the session and the token that the account has from before still open."""
    page, api = Client(), APIClient()
    body = {"username": "Watcher", "password": PASSWORD}
    assert page.post("/login/", body).status_code == 302
    token = api.post("/api/token/", body, format="json").json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    def both() -> tuple[bool, bool]:
        return page.get("/jobs/").status_code == 200, api.get("/api/jobs/").status_code == 200

    assert both() == (True, True)
    return both


def test_who_is_still_there_stays(master: RunningMaster, gets_in: Callable[[], Any]) -> None:
    assert end_access_of_gone(FuelMaster(master.endpoint)) == []
    assert gets_in() == (True, True)


@pytest.mark.parametrize("way", ["removed", "disabled"])
def test_who_is_gone_is_logged_out_once(master, gets_in, way) -> None:
    if way == "removed":
        del master.server.login.others["Watcher"]
    else:
        master.server.login.disabled.add("Watcher")
    fuel = FuelMaster(master.endpoint)
    assert end_access_of_gone(fuel) == ["Logged out Watcher, who is no longer an account of Fuel."]
    assert gets_in() == (False, False)
    assert end_access_of_gone(fuel) == []


def test_who_has_only_a_token_is_not_forgotten(master: RunningMaster) -> None:
    api, body = APIClient(), {"username": "Watcher", "password": PASSWORD}
    token = api.post("/api/token/", body, format="json").json()["token"]
    del master.server.login.others["Watcher"]
    assert len(end_access_of_gone(FuelMaster(master.endpoint))) == 1
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.get("/api/jobs/").status_code == 401


def test_accounts_of_our_own_stay_whoever_fuel_knows(master: RunningMaster) -> None:
    rows.user_with("operator")
    client = Client()
    body = {"username": "operator", "password": rows.PASSWORD}
    assert client.post("/login/", body).status_code == 302
    assert end_access_of_gone(FuelMaster(master.endpoint)) == []
    assert client.get("/jobs/").status_code == 200


def test_half_a_list_logs_nobody_out(master, gets_in, monkeypatch) -> None:
    cut = {"users": [], "truncated": True}
    monkeypatch.setattr(master.server.login, "users", lambda _token: cut)
    assert end_access_of_gone(FuelMaster(master.endpoint)) == []
    assert gets_in() == (True, True)


def test_who_comes_back_logs_in_again(master: RunningMaster, gets_in: Callable[[], Any]) -> None:
    del master.server.login.others["Watcher"]
    end_access_of_gone(FuelMaster(master.endpoint))
    master.server.login.others["Watcher"] = PASSWORD
    body = {"username": "Watcher", "password": PASSWORD}
    assert Client().post("/login/", body).status_code == 302
    assert User.objects.get(username="Watcher").last_login


def test_a_new_password_ends_what_the_old_one_opened_at_the_next_login(master, gets_in) -> None:
    master.server.login.others["Watcher"] = "another-password-of-a-watcher"
    body = {"username": "Watcher", "password": "another-password-of-a-watcher"}
    assert gets_in() == (True, True)  # only a login tells
    assert Client().post("/login/", body).status_code == 302
    assert gets_in() == (False, False)
    assert not User.objects.get(username="Watcher").has_usable_password()


def test_the_same_password_ends_nothing(master: RunningMaster, gets_in: Callable[[], Any]) -> None:
    body = {"username": "Watcher", "password": PASSWORD}
    assert Client().post("/login/", body).status_code == 302
    assert Client().post("/login/", {**body, "password": "a-wrong-password"}).status_code == 200
    assert gets_in() == (True, True)
