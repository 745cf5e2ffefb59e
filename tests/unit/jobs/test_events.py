"""The event of each kind of job: a name, and a sentence with what and who."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.hosts_app.maintenance import OFF, ON, start_maintenance
from dashboard.jobs.events import Event
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old, "shop"), new)


def event_of(job: Job) -> Event | None:
    return job_kind(job.kind).event(job)


def host_job(plan: Plan, kind: str, state: JobState) -> Job:
    params = {"cloud": plan.source.pk, "host": "c1"}
    return Job.objects.create(
        kind=kind,
        title="Free host c1 of old",
        subject="host:old:c1",
        params=params,
        state=state,
        explanation="No host has room. 1 of 3 steps done, 1 failed.",
    )


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("execute", "migration.finished", "shop was moved from old to new."),
        ("rollback", "migration.rolled_back", "The move of shop to new was rolled back."),
        ("finalize", "migration.finalized", "shop was deleted from old: its move is final."),
    ],
)
def test_a_move_that_came_to_its_end_says_whose_and_where(plan, kind, name, sentence):
    event = event_of(rows.job_of(plan, JobState.DONE, kind=kind))
    assert event and (event.name, event.sentence, event.severity) == (name, sentence, "done")


def test_an_evacuation_that_is_done_says_that_the_host_is_in_maintenance(plan):
    event = event_of(host_job(plan, "evacuate", JobState.DONE))
    assert event and event.name == "host.evacuated"
    assert event.sentence == "Host c1 of old was evacuated and is now in maintenance."


@pytest.mark.parametrize(("to", "verb"), [(ON, "entered"), (OFF, "left")])
def test_a_host_says_which_way_it_went(plan, to, verb):
    job = start_maintenance(plan.source, "c1", to=to)
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    event = event_of(Job.objects.get(pk=job.pk))
    assert event and event.name == f"host.{verb}_maintenance"
    assert event.sentence == f"Host c1 of old {verb} maintenance."


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.ERRORED])
def test_a_failure_says_what_went_wrong_first(plan, state):
    event = event_of(host_job(plan, "evacuate", state))
    assert event and (event.name, event.severity) == ("host.failed", "error")
    assert event.sentence.startswith("“Free host c1 of old” failed: No host has room.")


def test_a_move_that_is_held_needs_somebody_unless_it_goes_on_by_itself(plan):
    job = rows.job_of(plan, JobState.HELD)
    event = event_of(job)
    assert event and (event.name, event.severity) == ("migration.needs_you", "warning")
    assert "is held before cutover until somebody releases it" in event.sentence
    job.hold_before, job.hold_until = Phase.CUTOVER, job.created_at
    assert event_of(job) is None


@pytest.mark.parametrize("kind", ["discover", "plan", "preflight", "verify", "plan_host", "notify"])
@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_what_only_reads_or_notifies_raises_no_event(plan, kind, state):
    assert event_of(host_job(plan, kind, state)) is None


def test_secrets_of_notifications_may_be_in_files(tmp_path: Path):
    (tmp_path / "url").write_text("smtp+tls://me%40example.com:p%40ss@mail.example.com:587\n")
    (tmp_path / "secret").write_text("signed\n")
    read = (
        "from dashboard import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, "
        "s.EMAIL_HOST_PASSWORD, s.DEFAULT_FROM_EMAIL, s.PUMPHOUSE_WEBHOOK_SECRET)"
    )
    environment = {
        **os.environ,
        "PUMPHOUSE_HOME": str(tmp_path),
        "PUMPHOUSE_MAIL_URL_FILE": str(tmp_path / "url"),
        "PUMPHOUSE_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"),
    }
    done = subprocess.run(
        [sys.executable, "-c", read], env=environment, capture_output=True, text=True, check=True
    )
    host, port, tls, password, sender, secret = done.stdout.split()
    assert (host, port, tls) == ("mail.example.com", "587", "True")
    assert (password, sender, secret) == ("p@ss", "me@example.com", "signed")
