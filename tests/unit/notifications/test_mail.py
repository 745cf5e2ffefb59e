"""E-mail goes to every recipient once, retried where that can help."""

import json

import pytest

from dashboard.jobs.models import LogLine
from dashboard.jobs.states import JobState
from tests.support.notifying import EVENT, ended, good_job, sent, use_mail
from tests.support.receivers import mail_server
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


def test_e_mail_goes_to_everybody_with_the_sentence_and_the_address(mailbox):
    job = good_job()
    assert sent(job).state == JobState.DONE
    (message,) = mailbox.taken
    assert mailbox.recipients == ["olga@example.com", "night@example.com"]
    assert message["Subject"] == f"[Pumphouse] {EVENT['event']}"
    assert message["From"] == "Pumphouse <pumphouse@example.com>"
    text = message.get_content()
    assert EVENT["event"] in text and f"https://pumphouse.example.com/jobs/{job.pk}/" in text


def test_a_busy_mail_server_gets_one_message_in_the_end(mailbox):
    mailbox.refusals = ["451 Try later", "421 Busy"]
    assert sent(good_job()).state == JobState.DONE
    assert len(mailbox.taken) == 1


def test_a_refused_message_is_not_sent_again(mailbox):
    mailbox.refusals = ["554 No such thing here"]
    step = sent(good_job()).steps.get()
    assert step.state == "failed" and "answered 554: No such thing here" in step.error
    assert not mailbox.taken


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_mail_password_is_reported_and_not_shown(settings):
    with mail_server(password="right") as mailbox:
        use_mail(settings, mailbox.port)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "pumphouse", "wr0ng-one"
        step = sent(good_job()).steps.get()
        assert step.state == "failed" and "answered 535" in step.error
        assert "wr0ng-one" not in json.dumps([*LogLine.objects.values()], default=str)
        settings.EMAIL_HOST_PASSWORD = "right"
        assert sent(good_job()).state == JobState.DONE
        assert len(mailbox.taken) == 1


def test_a_mail_server_that_is_gone_is_tried_six_times(settings):
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
