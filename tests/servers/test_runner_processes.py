"""Runners in real processes, which share, die and are succeeded."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.sweeping import sweep
from tests.support.awaiting import await_that
from tests.support.rehearsal.jobs import (
    expire_leases,
    lines,
    process,
    rehearse,
    spec,
    states,
    step_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

DRIVE = "tests.support.rehearsal.run_alone"
THREADS = 4


def test_two_processes_share_the_steps_of_a_job(tmp_path, pumphouse_home):
    notes, go = tmp_path / "notes", tmp_path / "go"
    waits = {"notes": str(notes), "file": str(go)}
    job = rehearse(
        *(spec(f"gate {n}", "wait_for_file", params=waits) for n in range(2 * THREADS)),
        *(spec(str(n), "last", params={"notes": str(notes), "seconds": 0.05}) for n in range(60)),
    )
    environment = {"PUMPHOUSE_STEP_THREADS": str(THREADS)}
    with (
        process(DRIVE, str(job.pk), home=pumphouse_home, **environment) as one,
        process(DRIVE, str(job.pk), home=pumphouse_home, **environment) as other,
    ):
        # of as many gates as both have threads, each holds its part
        await_that(lambda: job.steps.filter(state=StepState.RUNNING).count() == 2 * THREADS)
        go.touch()
        assert (one.wait(60), other.wait(60)) == (0, 0)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    by_process = Counter(line.split()[-2] for line in lines(notes))
    assert by_process.total() == 2 * THREADS + 60
    assert set(by_process) == {str(one.pid), str(other.pid)}
    assert min(by_process.values()) >= THREADS


def test_a_runner_killed_in_mid_step_is_succeeded_by_one_that_resumes_it(tmp_path, pumphouse_home):
    notes, go = tmp_path / "notes", tmp_path / "go"
    job = rehearse(
        spec("before", params={"notes": str(notes)}),
        spec("a", "wait_for_file", needs=["before"], params={"notes": str(notes), "file": str(go)}),
        spec("after", needs=["a"], params={"notes": str(notes)}),
    )
    with process(DRIVE, str(job.pk), home=pumphouse_home) as victim:
        await_that(lambda: [line for line in lines(notes) if line.startswith("a ")])
        victim.kill()
        victim.wait()
    assert states(job)["a"] == StepState.RUNNING
    go.touch()
    run_job(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING, "the lease still counted"
    expire_leases(job)
    Job.objects.update(enqueued_at=None)
    assert sweep() == 1
    run_job(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    ran = [(line.split()[0], line.split()[2]) for line in lines(notes)]
    assert ran == [("before", "new"), ("a", "new"), ("a", "resumed"), ("after", "new")]


def test_a_stopped_runner_puts_its_steps_back_and_dies_of_the_signal(tmp_path, pumphouse_home):
    never = {"file": str(tmp_path / "never")}
    job = rehearse(*(spec(str(n), "wait_for_file", params=never) for n in range(3)))
    with process(DRIVE, str(job.pk), home=pumphouse_home) as runner:
        await_that(lambda: set(states(job).values()) == {"running"})
        os.kill(runner.pid, signal.SIGTERM)
        assert runner.wait(60) == -signal.SIGTERM
    assert set(states(job).values()) == {"pending"}
    step = step_of(job, "0")
    assert (step.attempt, step.resumed, step.lease_owner) == (0, True, "")
    assert not Runner.objects.exists()
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING


def test_a_job_survives_many_kills_and_does_each_step(tmp_path: Path, pumphouse_home, settings):
    settings.STEP_LEASE_SECONDS = 1
    notes = tmp_path / "notes"
    parameters = {"notes": str(notes), "seconds": 0.02}
    job = rehearse(
        *(
            spec(str(n), "last", needs=[str(n - 10)] if n >= 10 else [], params=parameters)
            for n in range(200)
        )
    )
    for killed in range(1, 4):
        environment = {"PUMPHOUSE_STEP_LEASE_SECONDS": "1", "PUMPHOUSE_STEP_THREADS": "4"}
        with process(DRIVE, str(job.pk), home=pumphouse_home, **environment) as victim:
            await_that(lambda goal=killed * 40: len(lines(notes)) >= goal)
            victim.kill()
            victim.wait()
    Runner.objects.all().delete()

    def ran_to_the_end() -> bool:
        run_job(job.pk)
        return Job.objects.get(pk=job.pk).state == JobState.DONE

    await_that(ran_to_the_end)
    calls = [line.split() for line in lines(notes)]
    assert {key for key, _, _ in calls} == {str(n) for n in range(200)}
    begun: set[str] = set()
    for key, _, how in calls:
        assert how == "resumed" or key not in begun, f"step {key} had begun and was not told so"
        begun.add(key)
    assert not Step.objects.exclude(state=StepState.DONE).exists()
