"""Each event of a job is sent once, whatever else happens."""

import json
import threading

import pytest
from django.db import connections
from django.urls import reverse

from dashboard.jobs import job_lists
from dashboard.jobs.finishing import finish_job
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.operating import cancel, resume
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, Phase
from dashboard.notifications.sending import notifications_of, start_trial
from tests.support.notifying import EVENT, ended, good_job, sent
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_anybody_to_notify_no_job_is_made():
    job = good_job()
    assert job.state == JobState.DONE
    assert not notifications_of(job.pk).exists()


def test_a_channel_that_fails_leaves_the_others_and_the_job_alone(receiver, mailbox):
    mailbox.refusals = ["554 No"]
    job = good_job()
    notification = sent(job)
    assert notification.state == JobState.FAILED
    assert dict(notification.steps.values_list("group", "state"))["mail"] == "failed"
    assert len(receiver.received) == 1
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_a_failed_notification_raises_no_event_and_needs_nobody(receiver):
    receiver.answers = [(403, {})]
    notification = sent(good_job())
    assert notification.state == JobState.FAILED
    assert not notifications_of(notification.pk).exists()
    assert notification not in job_lists.needing_somebody()
    assert notification not in job_lists.finished_today()


def test_a_job_that_fails_again_is_notified_of_again(receiver):
    job = ended(rehearse(spec("a", "refuse"), params=EVENT))
    ended(resume(job, requester=NOBODY))
    events = []
    for notification in notifications_of(job.pk):
        ended(notification)
        events.append(json.loads(receiver.received[-1].body)["event"])
    assert events == ["rehearsal.failed", "rehearsal.failed"]


def test_a_held_job_says_that_it_needs_somebody_and_later_that_it_is_done(receiver):
    job = ended(rehearse(spec("a", phase=Phase.CUTOVER), hold_before=20, params=EVENT))
    sent(job)
    assert json.loads(receiver.received[0].body)["event"] == "rehearsal.needs_you"


def test_a_job_that_somebody_cancelled_raises_no_event(receiver):
    job = rehearse(spec("a"), params=EVENT)
    assert cancel(job, requester=NOBODY).state == JobState.CANCELLED
    assert not notifications_of(job.pk).exists()


def test_many_that_finish_a_job_at_once_notify_of_it_once(receiver):
    job = rehearse(spec("a"), params=EVENT)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    job.steps.update(state="done")
    start = threading.Barrier(6)

    def finish() -> None:
        start.wait()
        finish_job(job.pk)
        connections.close_all()

    threads = [threading.Thread(target=finish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notifications_of(job.pk).count() == 1


def test_a_lost_end_loses_its_event_too_so_that_both_come_together_later(receiver, monkeypatch):
    job = rehearse(spec("a"), params=EVENT)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dashboard.jobs.finishing._raise_event", die)
    with pytest.raises(KeyboardInterrupt):
        run_job(job.pk)
    monkeypatch.undo()
    assert Job.objects.get(pk=job.pk).is_active
    assert ended(job).state == JobState.DONE
    assert notifications_of(job.pk).count() == 1


def test_an_event_that_breaks_does_not_keep_a_job_from_its_end(receiver):
    job = ended(rehearse(spec("a"), params={"break_the_event": True}))
    assert job.state == JobState.DONE
    assert LogLine.objects.filter(job=job, message__contains="the event broke").exists()


def test_a_channel_that_is_no_longer_configured_gets_nothing(receiver, settings):
    job = good_job()
    settings.PUMPHOUSE_WEBHOOK_URLS = []
    assert sent(job).state == JobState.DONE
    assert not receiver.received


def test_the_jobs_page_says_who_was_notified_and_who_was_not(receiver, mailbox, admin_client):
    receiver.answers = [(403, {})]
    job = good_job()
    address = reverse("job-notifications", args=[job.pk])
    assert b"hx-get" in admin_client.get(address).content, "it goes on by itself"
    notification = sent(job)
    page = admin_client.get(job.get_absolute_url()).content.decode()
    assert "Notified</a>" in page and "e-mail" in page
    assert "answered 403" in page
    assert b"hx-get" not in admin_client.get(address).content
    assert f'href="{job.get_absolute_url()}"' in str(
        admin_client.get(notification.get_absolute_url()).content
    )


def test_a_trial_has_no_job_to_show(receiver):
    ended(start_trial())
    body = json.loads(receiver.received[0].body)
    assert (body["job"], body["url"], body["event"]) == (None, "", "trial")
