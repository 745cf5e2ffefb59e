"""Pages and API say that the database is down, and do not call that an error of Pumphouse."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def fail(error: Exception) -> Callable[..., None]:
    def query(*arguments: object) -> None:
        raise error

    return query


@pytest.mark.django_db
def test_a_page_says_that_the_database_is_unavailable(client):
    with connection.execute_wrapper(fail(OperationalError("gone"))):
        answer = client.get("/alive/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "The database is unavailable." in answer.content.decode()


@pytest.mark.django_db
def test_a_page_that_breaks_says_so(client):
    with connection.execute_wrapper(fail(ZeroDivisionError())):
        answer = client.get("/alive/")
    assert answer.status_code == 500
    assert "Pumphouse ran into an internal error." in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("gone"), ZeroDivisionError()])
def test_the_page_of_a_fault_leads_on(client, error):
    with connection.execute_wrapper(fail(error)):
        shown = client.get("/alive/").content.decode()
    assert 'href="">Try again</a>' in shown
    assert 'href="/">Back to Home</a>' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("gone"), ZeroDivisionError()])
def test_the_page_of_a_fault_after_a_form_leads_back_to_the_form(client, error):
    with connection.execute_wrapper(fail(error)):
        answer = client.post("/alive/", headers={"referer": "http://testserver/jobs/7/"})
    assert answer.status_code in (500, 503)
    assert 'href="http://testserver/jobs/7/">Back to the page before</a>' in answer.content.decode()
    assert "Try again" not in answer.content.decode()


@pytest.mark.django_db
def test_an_address_that_only_takes_a_form_shows_a_page(client, admin_user):
    client.force_login(admin_user)
    answer = client.get("/jobs/7/resume/", headers={"referer": "http://testserver/jobs/7/"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is nothing to show here." in answer.content.decode()
    assert 'href="http://testserver/jobs/7/"' in answer.content.decode()
    assert client.options("/jobs/7/resume/").status_code == 405


@pytest.mark.django_db
def test_the_api_answers_a_bug_as_it_answers_all_else(client, admin_user):
    client.force_login(admin_user)
    with connection.execute_wrapper(fail(ZeroDivisionError())):
        answer = client.get("/api/jobs/")
    assert (answer.status_code, answer.json()["error"]) == (
        500,
        "Pumphouse ran into an internal error.",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("referer", "is_ours"),
    [("http://testserver/jobs/7/", True), ("http://evil.example/", False), ("", False)],
)
def test_a_form_without_its_token_leads_back_to_its_page(admin_user, referer, is_ours):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    answer = strict.post("/jobs/7/cancel/", headers={"Referer": referer})
    shown = answer.content.decode()
    assert answer.status_code == 403
    assert "This form was not accepted." in shown and "Nothing was changed." in shown
    assert ("Load the page again</a>" in shown.split("offline", 2)[-1]) == is_ours
    assert "evil" not in shown


@pytest.mark.django_db
@pytest.mark.parametrize("has_token", [False, True])
def test_the_api_says_that_the_database_is_unavailable(client, admin_user, has_token):
    """With a session the middleware fails first, with a token the API itself."""
    client.force_login(admin_user)
    headers = {"Authorization": "Token of-nobody"} if has_token else {}
    with connection.execute_wrapper(fail(OperationalError("gone"))):
        answer = client.get("/api/jobs/", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (503, "The database is unavailable.")


def test_connections_are_looked_at_before_they_are_used_again(settings):
    assert settings.DATABASES["default"]["CONN_HEALTH_CHECKS"]
