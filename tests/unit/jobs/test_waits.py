"""A step that waits for something in a cloud says for what, in which state, and since when."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.clients import polling
from dashboard.clients.polling import poll_until
from dashboard.clients.waits import note_state, told_to
from dashboard.jobs.models import Job
from dashboard.jobs.progress import job_progress
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, StepState
from tests.support import rows
from tests.support.cloud.moving import QuickClock
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


def told(states: list[str]) -> list[tuple[str, str, float]]:
    """Wait while an object goes through these states, and return what a listener is told."""
    heard: list[tuple[str, str, float]] = []
    left = iter(states)

    def probe() -> bool | None:
        state = next(left, "")
        note_state({"status": state})
        return None if state else True

    with (
        patch.object(polling, "time", QuickClock()),
        told_to(lambda what, state, seconds: heard.append((what, state, seconds))),
    ):
        poll_until(probe, what="snapshot s to become available", seconds=3600)
    return heard


def test_a_short_wait_is_not_told():
    assert told(["creating"]) == []


def test_a_long_wait_is_told_with_its_state_once_and_again_when_that_changes():
    heard = told(["creating"] * 30 + ["backing-up"] * 3)
    assert [(what, state) for what, state, _ in heard] == [
        ("snapshot s to become available", "creating"),
        ("snapshot s to become available", "backing-up"),
        ("", ""),
    ]
    assert heard[0][2] >= 1 and heard[1][2] == 0


@pytest.fixture
def waiting(db: None) -> Job:
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.RUNNING)
    step = job.steps.filter(state=StepState.RUNNING).earliest("ordinal")
    job.steps.filter(pk=step.pk).update(
        waiting_for="snapshot s to become available",
        waiting_state="creating",
        waiting_since=timezone.now() - timedelta(minutes=9),
    )
    return job


def test_pages_and_api_show_it(waiting: Job):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    for address in ("/", waiting.get_absolute_url()):
        shown = client.get(address).content.decode()
        assert "waits for snapshot s to become available: it is creating, since" in shown
        assert "(9 min " in shown
    [found] = client.get(f"/api/jobs/{waiting.pk}/").json()["progress"]["waiting"]
    assert (found["waiting_for"], found["state"]) == ("snapshot s to become available", "creating")


def test_a_job_that_is_no_longer_active_waits_for_nothing(waiting: Job):
    Job.objects.filter(pk=waiting.pk).update(state=JobState.CANCELLED)
    client = Client()
    client.force_login(rows.user_with("viewer"))
    assert "waits for" not in client.get(waiting.get_absolute_url()).content.decode()


def test_a_new_attempt_does_not_show_what_the_last_one_waited_for():
    job = rehearse(spec("a"))
    job.steps.update(waiting_for="something", waiting_since=timezone.now())
    run_job(job.pk)
    assert job.steps.get().waiting_for == ""
    assert job_progress(job).waiting == []


@pytest.mark.parametrize("found", [None, {}, {"status": 7}, ["COMPUTE_STATUS_DISABLED"]])
def test_what_has_no_state_is_read_all_the_same(found: Any) -> None:
    """Placement's traits of a host are a list, for one."""
    note_state(found)
