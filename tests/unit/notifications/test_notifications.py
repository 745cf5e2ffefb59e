"""Who is notified of a job, once for each event: by real receivers on loopback."""

import json
import threading
import time
from pathlib import Path

import pytest
from django.db import connections
from django.urls import reverse

from dashboard import secrets
from dashboard.cli import command_line
from dashboard.cli.console import Console
from dashboard.cli.progress import follow
from dashboard.clients.fuel.master import FuelMaster
from dashboard.jobs import job_lists
from dashboard.jobs.finishing import finish_job
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.operating import cancel, resume
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, Phase
from dashboard.notifications.job_kinds.notify import Notify
from dashboard.notifications.mail import NO_MAIL
from dashboard.notifications.sending import notifications_of, start_trial
from dashboard.notifications.webhook import register_webhook_secrets
from tests.support.fuel_masters import running_master
from tests.support.receivers import mail_server, verify_signature, webhook_receiver
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "a-secret-that-both-sides-know"
EVENT = {"event": "Host c1 of old was evacuated."}


@pytest.fixture(autouse=True)
def _nobody_to_notify(settings, monkeypatch):
    settings.PUMPHOUSE_CONFIG = ""
    settings.PUMPHOUSE_FUEL_URL = ""
    settings.PUMPHOUSE_URL = "https://pumphouse.example.com"
    settings.PUMPHOUSE_WEBHOOK_URLS = []
    settings.PUMPHOUSE_MAIL_TO = []
    settings.EMAIL_BACKEND = NO_MAIL  # pytest-django has set another one
    monkeypatch.setattr(Notify, "pauses", (0.0,))


@pytest.fixture
def receiver(settings):
    with webhook_receiver() as receiver:
        settings.PUMPHOUSE_WEBHOOK_URLS = [f"{receiver.address}/hooks/T0KEN"]
        settings.PUMPHOUSE_WEBHOOK_SECRET = SECRET
        yield receiver


def use_mail(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Pumphouse <pumphouse@example.com>"
    settings.PUMPHOUSE_MAIL_TO = ["olga@example.com", "night@example.com"]


@pytest.fixture
def mailbox(settings):
    with mail_server() as mailbox:
        use_mail(settings, mailbox.port)
        yield mailbox


def ended(job: Job) -> Job:
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def sent(job: Job) -> Job:
    """Run the only notification of a job to its end."""
    return ended(notifications_of(job.pk).get())


def good_job() -> Job:
    return ended(rehearse(spec("a"), params=EVENT))


def test_without_anybody_to_notify_no_job_is_made():
    job = good_job()
    assert job.state == JobState.DONE
    assert not notifications_of(job.pk).exists()


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


def test_the_pauses_grow_and_the_receivers_own_wish_counts(receiver, monkeypatch):
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


def test_a_refusal_for_good_is_not_repeated(receiver):
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
    register_webhook_secrets()
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
def test_an_address_that_cannot_be_one_is_said_to_be_wrong(settings, address):
    settings.PUMPHOUSE_WEBHOOK_URLS = [address]
    register_webhook_secrets()
    step = sent(good_job()).steps.get()
    assert step.state == "failed" and "not one of http or https" in step.error


def test_e_mail_goes_to_everybody_with_the_sentence_and_the_address(mailbox):
    job = good_job()
    assert sent(job).state == JobState.DONE
    (message,) = mailbox.taken
    assert mailbox.recipients == ["olga@example.com", "night@example.com"]
    assert message["Subject"] == f"[Pumphouse] {EVENT['event']}"
    assert message["From"] == "Pumphouse <pumphouse@example.com>"
    text = message.get_content()
    assert EVENT["event"] in text and f"https://pumphouse.example.com/jobs/{job.pk}/" in text


def test_a_mail_server_that_is_busy_is_asked_again_and_takes_one_message(mailbox):
    mailbox.refusals = ["451 Try later", "421 Busy"]
    assert sent(good_job()).state == JobState.DONE
    assert len(mailbox.taken) == 1


def test_a_refused_message_is_not_sent_again(mailbox):
    mailbox.refusals = ["554 No such thing here"]
    step = sent(good_job()).steps.get()
    assert step.state == "failed" and "answered 554: No such thing here" in step.error
    assert not mailbox.taken


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_mail_password_is_said_and_not_shown(settings):
    with mail_server(password="right") as mailbox:
        use_mail(settings, mailbox.port)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "pumphouse", "wr0ng-one"
        step = sent(good_job()).steps.get()
        assert step.state == "failed" and "answered 535" in step.error
        assert "wr0ng-one" not in json.dumps([*LogLine.objects.values()], default=str)
        settings.EMAIL_HOST_PASSWORD = "right"
        assert sent(good_job()).state == JobState.DONE
        assert len(mailbox.taken) == 1


def test_a_mail_server_that_is_gone_is_tried_to_the_end(settings):
    with mail_server() as mailbox:
        pass
    use_mail(settings, mailbox.port)
    step = sent(good_job()).steps.get()
    assert (step.state, step.attempt) == ("failed", 6)
    assert "gave no answer: Connection refused" in step.error


def test_a_sentence_of_several_lines_is_one_subject(mailbox):
    sent(ended(rehearse(spec("a"), params={"event": "One\r\nBcc: eve@example.com"})))
    assert mailbox.taken[0]["Subject"] == "[Pumphouse] One Bcc: eve@example.com"
    assert "eve@example.com" not in mailbox.recipients


def test_fuel_shows_an_event_under_the_topic_of_its_severity(tmp_path: Path, settings, monkeypatch):
    with running_master(tmp_path) as running:
        fuel = FuelMaster(running.endpoint)
        monkeypatch.setattr("dashboard.notifications.fuel.is_fuel_configured", lambda: True)
        monkeypatch.setattr("dashboard.notifications.fuel.configured_fuel", lambda: fuel)
        assert sent(good_job()).state == JobState.DONE
        sent(ended(rehearse(spec("a", "refuse"), params=EVENT)))
        sent(ended(rehearse(spec("a", phase=Phase.CUTOVER), hold_before=20, params=EVENT)))
        topics = [(one.topic, one.message) for one in fuel.notifications()][-3:]
    assert [topic for topic, _ in topics] == ["done", "error", "warning"]
    assert EVENT["event"] in topics[0][1] and "/jobs/" in topics[0][1]


def test_a_channel_that_fails_leaves_the_others_and_the_job_alone(receiver, mailbox):
    mailbox.refusals = ["554 No"]
    job = good_job()
    notification = sent(job)
    assert notification.state == JobState.FAILED
    assert dict(notification.steps.values_list("group", "state"))["mail"] == "failed"
    assert len(receiver.received) == 1
    assert Job.objects.get(pk=job.pk).state == JobState.DONE


def test_a_failure_to_notify_is_not_notified_and_needs_nobody(receiver):
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


def test_a_channel_that_was_taken_out_meanwhile_has_no_receiver(receiver, settings):
    job = good_job()
    settings.PUMPHOUSE_WEBHOOK_URLS = []
    assert sent(job).state == JobState.DONE
    assert not receiver.received


def test_the_command_tries_every_channel_once_and_says_what_each_answered(
    receiver, mailbox, capsys
):
    receiver.answers = [(500, {})]
    assert command_line.run(["notify", "--test"]) == 1
    said = capsys.readouterr().out
    assert "Sent to e-mail: 127.0.0.1 accepted it for olga@example.com" in said
    assert "answered 500" in said
    assert len(receiver.received) == 1


def test_a_command_notifies_of_its_job_where_no_worker_runs(receiver):
    job = follow(rehearse(spec("a"), params=EVENT), Console())
    assert job.state == JobState.DONE
    assert [json.loads(each.body)["job"] for each in receiver.received] == [job.pk]


def test_the_command_says_when_there_is_nobody_to_notify(capsys):
    assert command_line.run(["notify", "--test"]) == 2
    assert "PUMPHOUSE_WEBHOOK_URLS" in capsys.readouterr().err


def test_half_of_the_mail_settings_is_noticed(receiver, settings, capsys):
    settings.PUMPHOUSE_MAIL_TO = ["olga@example.com"]
    assert command_line.run(["notify", "--test"]) == 0
    assert "E-mail is not set up: PUMPHOUSE_MAIL_URL is missing." in capsys.readouterr().out


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
