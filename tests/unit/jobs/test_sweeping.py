"""The sweep enqueues each job that no runner looks after, and no other."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.states import JobState, Phase, StepState
from dashboard.jobs.sweeping import sweep
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=2)


def lost_task(*steps, state: str = JobState.RUNNING, **fields) -> Job:
    """Return a job in that state whose task was lost."""
    job = rehearse(*(steps or [spec("a")]))
    OrmQ.objects.all().delete()
    Job.objects.filter(pk=job.pk).update(state=state, enqueued_at=None, **fields)
    return job


def add_driver(job: Job, *, seen_at) -> None:
    Runner.objects.create(owner="d", host="h", process_id=1, job=job, seen_at=seen_at)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING])
def test_a_lost_task_is_enqueued_again(state):
    lost_task(state=state)
    assert sweep() == 1
    assert OrmQ.objects.count() == 1


def test_it_does_not_enqueue_twice_in_a_row():
    lost_task()
    assert (sweep(), sweep()) == (1, 0)


def test_it_does_not_enqueue_a_job_with_a_living_runner():
    add_driver(lost_task(), seen_at=timezone.now())
    assert sweep() == 0


def test_it_enqueues_a_job_whose_runner_has_fallen_silent():
    add_driver(lost_task(), seen_at=timezone.now() - timedelta(minutes=1))
    assert sweep() == 1


@pytest.mark.parametrize(("lease_ended", "enqueued"), [(True, 1), (False, 0)])
def test_it_enqueues_the_job_of_a_lease_that_has_run_out(lease_ended, enqueued):
    lost_task()
    until = timezone.now() + timedelta(seconds=-1 if lease_ended else 30)
    Step.objects.update(state=StepState.RUNNING, lease_until=until)
    assert sweep() == enqueued


@pytest.mark.parametrize(
    ("fields", "enqueued"),
    [
        ({"hold_until": None}, 0),
        ({"hold_until": timezone.now() + timedelta(hours=1)}, 0),
        ({"hold_until": timezone.now() - timedelta(seconds=1)}, 1),
        ({"cancel_requested": True}, 1),
    ],
)
def test_a_held_job_is_left_alone_until_its_time_or_its_cancel(fields, enqueued):
    lost_task(state=JobState.HELD, hold_before=Phase.CUTOVER, **fields)
    assert sweep() == enqueued


def test_it_enqueues_a_job_whose_cancel_request_no_runner_saw():
    lost_task(cancel_requested=True)
    assert sweep() == 1


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_ended_jobs_are_left_alone(state):
    lost_task(state=state)
    assert sweep() == 0


def test_traces_of_the_dead_are_forgotten_and_fresh_ones_kept():
    job = lost_task()
    add_driver(job, seen_at=timezone.now() - LONG_AGO)
    retry = timedelta(seconds=django_settings.Q_CLUSTER["retry"])
    OrmQ.objects.create(key="k", payload="taken long ago", lock=timezone.now() + retry - LONG_AGO)
    OrmQ.objects.create(key="k", payload="taken just now", lock=timezone.now() + retry)
    OrmQ.objects.create(key="k", payload="waiting", lock=timezone.now() - LONG_AGO)
    sweep()
    assert not Runner.objects.exists()
    kept = set(OrmQ.objects.filter(key="k").values_list("payload", flat=True))
    assert kept == {"taken just now", "waiting"}


def test_the_queue_itself_sweeps_each_minute():
    # again, because another test may have emptied the tables since the database was made
    import_module("dashboard.jobs.migrations.0002_sweep_each_minute").add_schedule(apps, None)
    import_module("dashboard.jobs.migrations.0004_schedules_by_entry_point").forwards(apps, None)
    assert Schedule.objects.get(func="dashboard.entry_points.sweep").minutes == 1


def test_a_clock_that_was_set_back_stops_no_job():
    """What lies ahead was written before that: a task that is not delivered yet, a dead runner."""
    ahead = timezone.now() + timedelta(minutes=3)
    job = lost_task()
    Job.objects.filter(pk=job.pk).update(enqueued_at=ahead)
    add_driver(job, seen_at=ahead)
    assert sweep() == 1
    assert sweep() == 0


def test_a_lease_of_before_the_clock_was_set_back_ends_as_soon_as_any_other():
    job = lost_task(spec("a"), spec("b"))
    now, lease = timezone.now(), timedelta(seconds=django_settings.STEP_LEASE_SECONDS)
    killed, living = now + timedelta(hours=3), now + lease
    for step, until in zip(job.steps.all()[:2], (killed, living), strict=True):
        Step.objects.filter(pk=step.pk).update(state=StepState.RUNNING, lease_until=until)
    sweep()
    shortened, other = job.steps.order_by("ordinal").values_list("lease_until", flat=True)[:2]
    assert timedelta(0) < shortened - now < 2 * lease
    assert other == living
