"""Webhooks get a signed POST, retried where that can help."""

import json
import time

import pytest

from dashboard import secrets
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.states import JobState
from dashboard.notifications.job_kinds.notify import Notify
from dashboard.notifications.setting_secrets import register_setting_secrets
from tests.support.notifying import EVENT, SECRET, good_job, sent
from tests.support.receivers import verify_signature, webhook_receiver

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_webhook_is_notified_signed_and_with_the_address_of_the_jobs_page(receiver):
    job = good_job()
    assert sent(job).state == JobState.DONE
    (received,) = receiver.received
    assert verify_signature(received, secret=SECRET, now=time.time())
    assert not verify_signature(received, secret="another", now=time.time())
    assert received.path == "/hooks/T0KEN"
    body = json.loads(received.body)
    assert body["event"] == "rehearsal.done" and body["level"] == "done"
    assert body["sentence"] == EVENT["event"]
    assert body["url"] == f"https://pumphouse.example.com/jobs/{job.pk}/"
    assert body["text"] == f"{body['sentence']} {body['url']}"


def test_a_changed_body_does_not_fit_its_signature(receiver):
    sent(good_job())
    (received,) = receiver.received
    received.body = received.body.replace(b"c1", b"c2")
    assert not verify_signature(received, secret=SECRET, now=time.time())


def test_without_a_secret_nothing_is_signed(receiver, settings):
    settings.PUMPHOUSE_WEBHOOK_SECRET = ""
    sent(good_job())
    assert "Pumphouse-Signature" not in receiver.received[0].headers


def test_a_receiver_that_fails_twice_gets_the_same_a_third_time(receiver):
    receiver.answers = [(503, {}), (500, {})]
    notification = sent(good_job())
    assert notification.state == JobState.DONE
    assert len(receiver.received) == 3
    assert len({json.loads(received.body)["id"] for received in receiver.received}) == 1


def test_the_pauses_grow_and_retry_after_counts(receiver, monkeypatch):
    monkeypatch.setattr(Notify, "pauses", (40.0, 50.0))
    receiver.answers = [(429, {"Retry-After": "3000"})]
    notification = sent(good_job())
    step = notification.steps.get()
    assert step.state == "pending"
    assert (step.not_before - step.started_at).total_seconds() > 2900


def test_a_redirection_is_not_followed(receiver):
    with webhook_receiver() as elsewhere:
        receiver.answers = [(307, {"Location": elsewhere.address})]
        notification = sent(good_job())
        assert not elsewhere.received
    assert notification.state == JobState.FAILED
    assert "Redirections are not followed" in notification.steps.get().fix


def test_a_permanent_refusal_is_not_retried(receiver):
    receiver.answers = [(403, {})]
    assert sent(good_job()).state == JobState.FAILED
    assert len(receiver.received) == 1


def test_a_receiver_that_trickles_for_ever_is_left_in_bounded_time(receiver, monkeypatch):
    monkeypatch.setattr(Notify, "limit", 0.3)
    receiver.silent.set()
    notification = sent(good_job())
    assert notification.state == JobState.FAILED
    assert "timed out after 0.3 s" in notification.steps.get().error
    receiver.silent.clear()


def test_no_row_and_no_log_shows_the_webhooks_path_or_the_secret(receiver, settings):
    register_setting_secrets()
    receiver.answers = [(403, {})]
    notification = sent(good_job())
    settings.PUMPHOUSE_WEBHOOK_URLS = ["http://127.0.0.1:9/hooks/T0KEN"]
    sent(good_job())
    rows = [*Job.objects.values(), *notification.steps.values(), *LogLine.objects.values()]
    written = json.dumps(rows, default=str)
    assert "127.0.0.1" in written, "the host is shown"
    assert "T0KEN" not in written and SECRET not in written
    assert "T0KEN" not in secrets.mask("POST /hooks/T0KEN HTTP/1.1")


@pytest.mark.parametrize("address", ["hooks.example.com/T0KEN", "http://[T0KEN", "ftp://h/T0KEN"])
def test_an_invalid_address_fails_with_a_sentence(settings, address):
    settings.PUMPHOUSE_WEBHOOK_URLS = [address]
    register_setting_secrets()
    step = sent(good_job()).steps.get()
    assert step.state == "failed" and "not one of http or https" in step.error
