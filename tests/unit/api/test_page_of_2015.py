"""A page of somebody else in place of ours."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches, set_urlconf

from dashboard.errors import BadInput
from dashboard.urls import patterns_with_page
from dashboard.web.page_of_others import index_of
from tests.support import rows

pytestmark = pytest.mark.django_db

urlpatterns = patterns_with_page()


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a directory with the files of a page, which is served."""
    (tmp_path / "index.html").write_text("<h1>Theirs</h1>")
    (tmp_path / "app.js").write_text("fetch('/resources')")
    monkeypatch.setattr(settings, "UI_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(settings, "ROOT_URLCONF", __name__)
    clear_url_caches()
    set_urlconf(None)
    yield tmp_path
    monkeypatch.undo()
    clear_url_caches()


def client(role: str = "operator") -> Client:
    found = Client(enforce_csrf_checks=True)
    found.force_login(rows.user_with(role))
    return found


def test_the_page_is_at_the_root_behind_our_login_and_ours_is_elsewhere(directory: Path) -> None:
    assert Client().get("/")["Location"].startswith("/login/")
    assert Client().get("/app.js")["Location"].startswith("/login/")
    ours = client()
    assert b"".join(ours.get("/")) == b"<h1>Theirs</h1>"
    assert b"".join(ours.get("/app.js")) == b"fetch('/resources')"
    assert b"".join(ours.get("/static/app.js")) == b"fetch('/resources')"
    home = ours.get("/home/")
    assert home.status_code == 200
    assert re.search(rb'href="/home/"', home.content)
    assert "'unsafe-eval'" in ours.get("/")["Content-Security-Policy"]
    assert "'unsafe-eval'" not in home["Content-Security-Policy"]


def test_it_posts_with_the_token_that_it_was_given(directory: Path) -> None:
    theirs = client("viewer")
    without = theirs.post("/reset").json()
    assert "CSRF" in without["error"]
    assert "X-CSRFToken" in without["fix"]
    theirs.get("/")
    token = theirs.cookies["XSRF-TOKEN"].value
    refused = theirs.post("/reset", headers={"X-XSRF-TOKEN": token}).json()["error"]
    assert refused == "This needs the admin role."


@pytest.mark.parametrize(
    ("name", "status"),
    [("nothing.js", 404), ("../secret.txt", 400), ("static/../../secret.txt", 400)],
)
def test_only_files_in_the_directory_are_served(directory: Path, name: str, status: int) -> None:
    (directory.parent / "secret.txt").write_text("secret")
    assert client().get(f"/{name}").status_code == status


def test_a_clone_of_the_repository_of_2015_has_its_page_in_static(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no index\.html"):
        index_of(str(tmp_path))
    place = tmp_path / "static" / "ajs" / "index.html"
    place.parent.mkdir(parents=True)
    place.touch()
    assert index_of(str(tmp_path)) == place
