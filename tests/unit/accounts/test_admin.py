"""What the Django admin shows, and what can be written there."""

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from knox.models import AuthToken

from tests.support import rows

pytestmark = pytest.mark.django_db

WRITABLE = {"auth.User", "auth.Group"}
DELETABLE = {"knox.AuthToken", "axes.AccessAttempt"}


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password=rows.PASSWORD)


@pytest.fixture
def client_of_root(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def test_only_users_and_groups_can_be_written_whatever_is_installed(root: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = root
    shown = {model._meta.label: its.get_model_perms(request) for model, its in _registry()}
    assert {label for label, may in shown.items() if may["add"] or may["change"]} == WRITABLE
    assert {label for label, may in shown.items() if may["delete"]} == WRITABLE | DELETABLE
    assert not [label for label in shown if label.startswith("django_q.")]


def _registry():
    return admin.site._registry.items()


@pytest.mark.parametrize("model", ["schedule", "success", "failure", "ormq"])
def test_an_admin_cannot_reach_the_rows_that_workers_call(client_of_root: Client, model) -> None:
    for act in ("", "add/"):
        address = f"/admin/django_q/{model}/{act}"
        assert client_of_root.get(address).status_code == 404
        assert client_of_root.post(address, {"func": "os.system"}).status_code == 404


def test_an_admin_ends_a_token(client_of_root: Client) -> None:
    row, _token = AuthToken.objects.create(rows.user_with("viewer"))
    assert client_of_root.get("/admin/knox/authtoken/").status_code == 200
    address = f"/admin/knox/authtoken/{row.pk}/delete/"
    assert client_of_root.post(address, {"post": "yes"}).status_code == 302
    assert not AuthToken.objects.exists()


def test_an_admin_lifts_a_lock_out(client_of_root: Client) -> None:
    rows.user_with("viewer")
    other = Client()
    body = {"username": "viewer", "password": "a-wrong-one"}
    answers = [other.post("/login/", body).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert client_of_root.get("/admin/axes/accessattempt/").status_code == 200
    address = f"/admin/axes/accessattempt/{AccessAttempt.objects.get().pk}/delete/"
    assert client_of_root.post(address, {"post": "yes"}).status_code == 302
    body["password"] = rows.PASSWORD
    assert other.post("/login/", body).status_code == 302
