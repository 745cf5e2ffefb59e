"""Which jobs wait for an operator, and which a later job has replaced."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from dashboard.jobs.job_lists import needing_somebody
from dashboard.jobs.models import AFTER, Job
from dashboard.jobs.states import JobState

pytestmark = pytest.mark.django_db


def _job(subject: str, state: JobState, **params: int) -> Job:
    return Job.objects.create(kind="execute", subject=subject, state=state, params=params)


def test_a_failed_job_waits_until_a_later_one_of_its_subject_replaces_it() -> None:
    failed, held = _job("a", JobState.FAILED), _job("b", JobState.HELD)
    _job("a", JobState.DONE, **{AFTER: failed.pk})
    assert {failed, held} == set(needing_somebody())
    _job("a", JobState.DONE)
    _job("b", JobState.DONE)
    assert [held] == list(needing_somebody())


def test_a_replaced_job_that_is_stored_again_replaces_nothing() -> None:
    first, second = _job("a", JobState.FAILED), _job("a", JobState.FAILED)
    first.refresh_from_db()
    first.save()
    assert [second] == list(needing_somebody())


def test_an_upgrade_marks_the_jobs_that_were_replaced() -> None:
    """Of each subject those before the last one that does not only clean up after another."""
    jobs = [_job("a", JobState.FAILED), _job("a", JobState.FAILED), _job("b", JobState.FAILED)]
    _job("b", JobState.DONE, **{AFTER: jobs[2].pk})
    Job.objects.update(replaced_by=None)
    import_module("dashboard.jobs.migrations.0012_replaced_jobs").mark(apps, None)
    assert list(Job.objects.filter(replaced_by=jobs[1].pk)) == [jobs[0]]
    assert Job.objects.filter(replaced_by=None).count() == 3


@pytest.mark.skipif(connection.vendor != "sqlite", reason="each explains in its own words")
def test_what_waits_is_found_by_an_index() -> None:
    """Else each page's header would read all jobs that ever failed."""
    explained = needing_somebody().order_by().values("pk").explain()
    assert "jobs_in_their_place (replaced_by=? AND state=?)" in explained
    assert "SCAN jobs_job" not in explained
