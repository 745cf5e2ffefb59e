"""``pumphouse notify`` tests every channel, and each command sends its own notifications."""

import json

import pytest

from dashboard.cli import command_line
from dashboard.cli.console import Console
from dashboard.cli.progress import follow
from dashboard.jobs.states import JobState
from tests.support.notifying import EVENT
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


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
