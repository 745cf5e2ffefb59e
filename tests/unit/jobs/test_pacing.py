"""The number of chains at once is found in the rows of the job, whichever worker looks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.cli.command_line import run as run_command
from dashboard.jobs.chains import claim_in_chains
from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.pace import Pace
from dashboard.jobs.pacing import chain_times, pace_following
from dashboard.jobs.states import JobState, StepState
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, server_chain

pytestmark = pytest.mark.django_db(transaction=True)
GIB = 1024**3


def servers(number: int, pace: Pace | None = None) -> Job:
    """Start a job that moves servers, whose number at once adapts."""
    steps = [step for index in range(number) for step in server_chain(f"s{index}")]
    job = rehearse(*steps, pace=pace or Pace())
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    job.refresh_from_db()
    return job


def claim(job: Job) -> list[str]:
    return [step.key for step in claim_in_chains(job.pk, owner="me", limit=100, excluding=[])]


def ran(job: Job, *keys: str, seconds: float, ago: float = 0.0, state: str = "done") -> None:
    """Make steps of a job that ran for so long until a while ago, copying a GiB each."""
    ended = timezone.now() - timedelta(seconds=ago)
    for step in job.steps.filter(key__in=keys):
        step.state, step.attempt = state, 1
        step.started_at, step.finished_at = ended - timedelta(seconds=seconds), ended
        step.progress_unit = BYTES if "boot" in step.key else ""
        step.progress_done = step.progress_total = GIB if "boot" in step.key else 0
        step.save()
        step.dependents.update(hard=False)
        job.steps.filter(dependencies__needs=step).update(blockers=0)


def test_one_begins_alone_and_more_once_it_shows_how_long_one_takes():
    job = servers(8)
    assert claim(job) == ["halt s0"]
    ran(job, "halt s0", seconds=5, ago=30)
    job.steps.filter(key="boot s0").update(
        state=StepState.RUNNING,
        attempt=1,
        started_at=timezone.now() - timedelta(seconds=30),
        progress_unit=BYTES,
        progress_done=GIB // 20,
        progress_total=GIB,
        progress_at=timezone.now() - timedelta(seconds=10),
    )
    assert claim(job) == []
    job.steps.filter(key="boot s0").update(progress_done=GIB // 5)
    assert claim(job) == ["halt s1"]
    line = LogLine.objects.get(job=job)
    assert line.message.startswith("Servers at once: 2, adapting: the first has shown")


def test_another_worker_goes_on_from_the_rows():
    job = servers(12, Pace(number=4, was_slow=True))
    ran(job, *(f"{verb} s{n}" for n in range(4) for verb in ("halt", "boot")), seconds=30)
    Job.objects.filter(pk=job.pk).update(pace={**job.pace, "since": 1.0})
    assert claim(job) == [f"halt s{n}" for n in (4, 5, 6, 7)]
    job.refresh_from_db()
    assert (job.chains_at_once, job.pace["was_slow"]) == (4, True)
    assert len(claim(job)) == 1
    job.refresh_from_db()
    assert job.chains_at_once == 5


def test_a_chain_that_somebody_had_to_help_tells_how_long_its_steps_ran():
    job = servers(1)
    ran(job, "halt s0", seconds=10, ago=3600)
    ran(job, "boot s0", seconds=50)
    (time,) = chain_times(job)
    assert (round(time.through.seconds), time.through.size) == (60, GIB)


def test_one_that_failed_tells_nothing_and_one_that_was_retried_counts_as_refused():
    job = servers(2)
    ran(job, "halt s0", seconds=10)
    ran(job, "boot s0", seconds=10, state=StepState.FAILED)
    assert chain_times(job) == []
    ran(job, "halt s1", "boot s1", seconds=10)
    job.steps.filter(key="boot s1").update(attempt=2)
    assert [time.was_refused for time in chain_times(job)] == [True]


def test_a_move_between_the_same_clouds_begins_with_what_the_last_one_found():
    earlier = servers(8, Pace(number=2, alone_seconds=40.0, alone_size=GIB, was_slow=True))
    pace = pace_following(earlier, most=10)
    assert (pace.number, pace.alone_seconds, pace.was_slow) == (2, 40.0, False)
    assert pace_following(servers(2), most=10).number == 3
    assert pace_following(None, most=10) == Pace(most=10)


def test_somebody_may_choose_the_number_and_let_it_adapt_again(capsys, client):
    job = servers(3)
    client.force_login(rows.user_with("operator"))
    page = client.get(job.get_absolute_url()).content.decode()
    assert "1 server at a time, adapting: the first shows how long one takes" in page
    assert run_command(["servers-at-once", str(job.pk), "4"]) == 0
    told = client.get(f"/api/jobs/{job.pk}/").json()
    assert (told["servers_at_once"], told["servers_at_once_why"]) == (4, "")
    assert run_command(["servers-at-once", str(job.pk), "0"]) == 0
    assert "4 servers at a time, adapting: an operator let it" in capsys.readouterr().out
    job.refresh_from_db()
    assert (job.chains_at_once, job.pace["most"]) == (4, 32)
