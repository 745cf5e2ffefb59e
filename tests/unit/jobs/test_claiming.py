"""A step belongs to one runner at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from dashboard.jobs.claiming import MOST_ATTEMPTS, claim_abandoned, claim_ready
from dashboard.jobs.models import Job, LogLine, Step
from dashboard.jobs.outcomes import done, record
from dashboard.jobs.states import JobState, Phase, StepState
from tests.support.rehearsal.jobs import rehearse, spec, states, step_of

pytestmark = pytest.mark.django_db(transaction=True)


def running(*steps, **more) -> Job:
    job = rehearse(*steps, **more)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    return job


def claim(job: Job, owner: str = "me", *, limit: int = 100) -> list[str]:
    return [step.key for step in claim_ready(job.pk, owner=owner, limit=limit, excluding=[])]


def test_many_connections_that_claim_at_once_get_each_step_once():
    job = running(*(spec(str(n)) for n in range(60)))
    claimed: list[str] = []
    barrier = threading.Barrier(6)

    def take(owner: str):
        barrier.wait()
        for _ in range(10):
            claimed.extend(claim(job, owner, limit=5))
        connections.close_all()

    threads = [threading.Thread(target=take, args=[f"runner {n}"]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(str(n) for n in range(60))


def test_earlier_phases_are_claimed_first():
    job = running(spec("late", phase=Phase.COMPLETE), spec("early"))
    assert claim(job, limit=1) == ["early"]


def test_what_waits_is_not_claimed():
    job = running(spec("a"), spec("b", needs=["a"]), spec("c"))
    Step.objects.filter(key="c").update(not_before=timezone.now() + timedelta(seconds=60))
    assert claim(job) == ["a"]
    assert claim(job) == []


@pytest.mark.parametrize(
    "change", [{"cancel_requested": True}, {"state": JobState.FAILED}, {"hold_before": 10}]
)
def test_no_step_of_a_job_that_must_not_continue_is_claimed(change):
    job = running(spec("a"))
    Job.objects.filter(pk=job.pk).update(**change)
    assert claim(job) == []


def test_an_expired_lease_is_taken_over_once_and_the_step_is_resumed():
    job = running(spec("a"))
    claim(job, "dead")
    assert claim_abandoned(job.pk, owner="heir", limit=5, excluding=[]) == []
    Step.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (step,) = claim_abandoned(job.pk, owner="heir", limit=5, excluding=[])
    assert (step.lease_owner, step.resumed, step.attempt) == ("heir", True, 2)
    assert claim_abandoned(job.pk, owner="second heir", limit=5, excluding=[]) == []


def test_a_lost_lease_records_nothing():
    job = running(spec("a"), spec("b", needs=["a"]))
    (step,) = claim_ready(job.pk, owner="slow", limit=1, excluding=[])
    Step.objects.filter(key="a").update(lease_owner="heir")
    record([done(step)], owner="slow")
    assert states(job) == {"a": "running", "b": "pending"}
    assert step_of(job, "b").blockers == 1


def test_a_step_that_takes_each_worker_with_it_is_not_claimed_for_ever():
    job = running(spec("a"))
    claim(job)
    expired = timezone.now() - timedelta(seconds=1)
    Step.objects.update(attempt=MOST_ATTEMPTS, lease_until=expired)
    assert claim_abandoned(job.pk, owner="me", limit=5, excluding=[]) == []
    assert step_of(job, "a").state == StepState.ERRORED
    assert "worker died" in LogLine.objects.get(job=job).message
