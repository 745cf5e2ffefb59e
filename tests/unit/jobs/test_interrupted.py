"""A job whose process was killed is told from one that somebody runs."""

import os
import subprocess
import sys

import pytest
from django.utils import timezone

from dashboard.jobs.interrupted import is_interrupted
from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.starting import conflict_over
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.this_process import host_name
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db


def dead_process() -> int:
    """Return the id of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def running(process_id: int, *, host: str = "") -> Job:
    """Return a job with a step that a runner of that process has begun."""
    job = rehearse(spec("a"), subject="tenant:demo")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    Step.objects.filter(job=job).update(state=StepState.RUNNING, lease_until=timezone.now())
    Runner.objects.create(
        owner="somebody",
        host=host or host_name(),
        process_id=process_id,
        job=job,
        seen_at=timezone.now(),
    )
    return Job.objects.get(pk=job.pk)


def test_a_job_of_a_living_process_is_being_worked_on():
    job = running(os.getpid())
    assert not is_interrupted(job)
    assert "is already working on this" in str(conflict_over(job.subject))


def test_a_job_of_a_killed_process_was_interrupted_and_the_way_out_is_named():
    job = running(dead_process())
    assert is_interrupted(job)
    conflict = conflict_over(job.subject)
    assert conflict and conflict.job == job.pk
    assert "was interrupted, and nobody is running it" in conflict.sentence
    assert f"pumphouse resume {job.pk}" in conflict.fix


def test_a_process_of_another_machine_is_dead_when_it_has_been_silent():
    job = running(dead_process(), host="elsewhere")
    assert not is_interrupted(job)
    Runner.objects.filter(job=job).delete()
    assert is_interrupted(job)


def test_a_job_that_waits_for_a_worker_was_not_interrupted():
    assert not is_interrupted(rehearse(spec("a")))
