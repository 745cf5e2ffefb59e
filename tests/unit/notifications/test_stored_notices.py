"""Notifications that an older release stored still go out under their new names."""

from importlib import import_module

import pytest
from django.apps import apps

from dashboard.jobs.models import Job
from dashboard.notifications.channel import Notification
from dashboard.notifications.sending import notifications_of

MIGRATION = import_module("dashboard.notifications.migrations.0001_rename_stored_notices")
NOTICE = {
    "id": "abc",
    "event": "host.evacuated",
    "tone": "done",
    "sentence": "Host c1 of old was evacuated.",
    "at": "2026-11-21T10:00:00+00:00",
    "job": 7,
}


@pytest.fixture
def waiting() -> Job:
    return Job.objects.create(
        kind="notify",
        title="Tell: Host c1 of old was evacuated.",
        subject="news:7:abc",
        active_subject="news:7:abc",
        params={"notice": NOTICE},
    )


@pytest.mark.django_db
def test_a_waiting_one_is_found_and_read_as_any_other(waiting):
    MIGRATION.forwards(apps, None)
    job = notifications_of(7).get()
    assert (job.pk, job.active_subject) == (waiting.pk, job.subject)
    stored = Notification.stored(job.params["notification"])
    assert (stored.event, stored.severity.value, stored.job) == ("host.evacuated", "done", 7)


@pytest.mark.django_db
def test_the_way_back_restores_the_rows(waiting):
    MIGRATION.forwards(apps, None)
    MIGRATION.backwards(apps, None)
    row = Job.objects.get(pk=waiting.pk)
    assert (row.subject, row.active_subject) == ("news:7:abc", "news:7:abc")
    assert row.params == {"notice": NOTICE}


@pytest.mark.django_db
def test_jobs_of_other_kinds_are_left_alone():
    other = Job.objects.create(kind="plan", subject="news:of a tenant", params={"notice": 1})
    MIGRATION.forwards(apps, None)
    other.refresh_from_db()
    assert (other.subject, other.params) == ("news:of a tenant", {"notice": 1})
