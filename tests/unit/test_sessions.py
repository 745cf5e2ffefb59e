"""Sessions: renewed by who works, and what a page says when one has ended."""

import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.sessions import RENEWED_AT
from tests.support import rows

pytestmark = pytest.mark.django_db
POLL = {"HX-Request": "true"}


@pytest.fixture
def job() -> Job:
    old, new = rows.two_clouds()
    return rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.RUNNING)


def logged_in(*, renewed_ago: float) -> Client:
    """Return the client of somebody whose session was renewed so many seconds ago."""
    client = Client()
    client.force_login(rows.user_with("operator"))
    session = client.session
    session[RENEWED_AT] = time.time() - renewed_ago
    session.save()
    return client


@pytest.mark.parametrize("part", ["", "steps/live/", "brief/"])
def test_a_poll_without_a_session_gets_no_login_page(job: Job, part: str) -> None:
    answer = Client().get(f"/jobs/{job.pk}/{part}", headers=POLL)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_button_without_a_session_leads_back_to_its_page(job: Job) -> None:
    client = Client()
    page = f"/jobs/{job.pk}/steps/?state=failed"
    headers = {"Referer": f"http://testserver{page}"}
    answer = client.post(f"/jobs/{job.pk}/cancel/", headers=headers, follow=True)
    assert "so nothing was done" in answer.content.decode()
    rows.user_with("operator")
    login = {"username": "operator", "password": rows.PASSWORD, "next": answer.context["next"]}
    assert client.post("/login/", login)["Location"] == page
    job.refresh_from_db()
    assert not job.cancel_requested


@pytest.mark.parametrize("referer", ["http://elsewhere.example/jobs/", "//elsewhere.example", ""])
def test_a_button_of_no_page_of_ours_leads_home(job: Job, referer: str) -> None:
    answer = Client().post(f"/jobs/{job.pk}/cancel/", headers={"Referer": referer})
    assert answer["Location"] == "/login/?next=/"


def test_a_page_asks_for_a_login_and_comes_back(job: Job) -> None:
    assert Client().get(f"/jobs/{job.pk}/")["Location"] == f"/login/?next=/jobs/{job.pk}/"


def test_who_works_keeps_the_session(job: Job) -> None:
    client = logged_in(renewed_ago=settings.SESSION_COOKIE_AGE / 2)
    ends = Session.objects.get().expire_date
    answer = client.get(f"/jobs/{job.pk}/")
    assert Session.objects.get().expire_date > ends
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_COOKIE_AGE


def test_a_page_that_only_polls_does_not(job: Job) -> None:
    client = logged_in(renewed_ago=settings.SESSION_COOKIE_AGE / 2)
    answer = client.get(f"/jobs/{job.pk}/steps/live/", headers=POLL)
    assert answer.status_code == 200
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_a_session_is_not_written_at_each_request(job: Job) -> None:
    client = logged_in(renewed_ago=5)
    assert settings.SESSION_COOKIE_NAME not in client.get(f"/jobs/{job.pk}/").cookies
