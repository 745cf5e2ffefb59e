"""No single click lets a cutover begin: not by resuming, retrying or skipping either."""

import pytest

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import JobState, Phase, StepState
from tests.support.page_requests import answer

pytestmark = pytest.mark.django_db

CONTINUING = ("resume", "retry-all", "retry", "skip")


@pytest.fixture
def job() -> Job:
    """Return a job that failed before its cutover."""
    specs = [
        StepSpec(key="a", action="a", title="Copy the image"),
        StepSpec(key="b", action="b", title="Stop server web", phase=Phase.CUTOVER),
    ]
    job = start_job(kind="execute", title="Move demo", subject="demo", steps=specs)
    job.steps.filter(key="a").update(state=StepState.FAILED)
    ended(job)
    return job


def ended(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, active_subject=None)


def press(job: Job, how: str, **more: str) -> int:
    """Press a button of the job's page as an admin, and return the status of the answer."""
    step = job.steps.get(key="a").pk
    paths = {
        "resume": f"/jobs/{job.pk}/resume/",
        "retry-all": f"/jobs/{job.pk}/retry/",
        "retry": f"/steps/{step}/retry/",
        "skip": f"/steps/{step}/skip/",
    }
    posted = {"reason": "It may stay.", **more} if how == "skip" else more
    return int(answer(paths[how], role="admin", post=posted).status_code)


def state_of(job: Job) -> JobState:
    return JobState(Job.objects.get(pk=job.pk).state)


@pytest.mark.parametrize("how", CONTINUING)
def test_it_asks_for_a_word_first(job: Job, how: str) -> None:
    assert press(job, how) == 200
    assert state_of(job) == JobState.FAILED


@pytest.mark.parametrize("how", CONTINUING)
def test_a_wrong_word_starts_nothing(job: Job, how: str) -> None:
    assert press(job, how, confirmation="yes") == 400
    assert state_of(job) == JobState.FAILED


@pytest.mark.parametrize("how", CONTINUING)
def test_the_right_word_lets_it_begin(job: Job, how: str) -> None:
    assert press(job, how, confirmation="cutover") == 302
    assert state_of(job) == JobState.RUNNING


def test_the_page_names_what_stops_and_keeps_the_reason(job: Job) -> None:
    path = f"/steps/{job.steps.get(key='a').pk}/skip/"
    shown = answer(path, role="admin", post={"reason": "It may stay."}).content.decode()
    assert "<li>Stop server web</li>" in shown
    assert '<input type="hidden" name="reason" value="It may stay.">' in shown


def test_a_cutover_that_has_begun_goes_on_at_once(job: Job) -> None:
    job.steps.filter(key="b").update(started_at=job.created_at)
    assert press(job, "resume") == 302
    assert state_of(job) == JobState.RUNNING


def test_a_job_that_is_held_before_its_cutover_does_not_ask(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(hold_before=Phase.CUTOVER)
    assert press(job, "resume") == 302
    assert state_of(job) == JobState.RUNNING
