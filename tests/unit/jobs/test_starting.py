"""A job begins whole, once per subject, or not at all."""

import threading
from graphlib import CycleError

import pytest
from django.db import connections, transaction
from django_q.models import OrmQ

from dashboard import secrets
from dashboard.errors import Conflict
from dashboard.jobs.models import Dependency, Job
from dashboard.jobs.states import JobState
from tests.support.rehearsal.jobs import rehearse, spec, step_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_steps_know_how_many_others_they_wait_for():
    job = rehearse(spec("a"), spec("b"), spec("c", needs=["a", "b"], after=["a"]))
    assert step_of(job, "a").blockers == 0
    assert step_of(job, "c").blockers == 2
    edges = Dependency.objects.filter(step=step_of(job, "c"))
    assert all(edge.hard for edge in edges)


def test_a_second_job_for_a_subject_is_refused_with_the_first_ones_address():
    first = rehearse(spec("a"), subject="tenant")
    with pytest.raises(Conflict) as refusal:
        rehearse(spec("a"), subject="tenant")
    assert first.title in refusal.value.sentence
    assert refusal.value.job == first.pk
    assert Job.objects.count() == 1


def test_of_many_that_start_at_once_the_database_lets_one_through():
    outcomes: list[str] = []
    barrier = threading.Barrier(6)

    def start():
        barrier.wait()
        try:
            rehearse(spec("a"), subject="tenant")
            outcomes.append("started")
        except Conflict:
            outcomes.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["started"]


def test_an_ended_job_frees_its_subject():
    job = rehearse(subject="tenant")
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, active_subject=None)
    assert rehearse(subject="tenant").pk != job.pk


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([spec("a", needs=["nobody"])], ValueError),
        ([spec("a"), spec("a")], ValueError),
        ([spec("a", needs=["b"]), spec("b", after=["a"])], CycleError),
    ],
)
def test_a_graph_that_could_never_run_is_refused(steps, error):
    with pytest.raises(error):
        rehearse(*steps)
    assert not Job.objects.exists()


def test_a_job_is_enqueued_after_the_commit_and_not_after_a_rollback():
    with transaction.atomic():
        rehearse(spec("a"))
        assert not OrmQ.objects.exists()
    assert OrmQ.objects.count() == 1
    with pytest.raises(RuntimeError), transaction.atomic():
        rehearse(spec("a"))
        raise RuntimeError
    assert OrmQ.objects.count() == 1


def test_a_job_starts_although_the_broker_does_not_answer(monkeypatch):
    def no_answer(*_arguments, **_options):
        raise ConnectionError("no broker")

    monkeypatch.setattr("dashboard.jobs.queue.async_task", no_answer)
    assert rehearse(spec("a")).state == JobState.QUEUED


def test_a_secret_in_a_title_is_masked():
    secrets.register("hunter2hunter2")
    job = rehearse(spec("hunter2hunter2"))
    assert "hunter2" not in step_of(job, "hunter2hunter2").title
