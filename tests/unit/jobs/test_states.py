"""States change along the tables of transitions, and nowhere else."""

from itertools import product

import pytest

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JOB_TRANSITIONS, STEP_TRANSITIONS, JobState, StepState
from dashboard.jobs.transitions import transition_job, transition_steps
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db


def test_the_tables_name_every_state():
    assert set(JOB_TRANSITIONS) == set(JobState)
    assert set(STEP_TRANSITIONS) == set(StepState)


def test_a_job_moves_exactly_as_the_table_says():
    job = rehearse()
    for old, new in product(JobState, JobState):
        Job.objects.filter(pk=job.pk).update(state=old)
        moved = transition_job(job.pk, to=new)
        expected = new if new in JOB_TRANSITIONS[old] else old
        job.refresh_from_db()
        assert (moved, job.state) == (new in JOB_TRANSITIONS[old], expected), (old, new)


def test_a_step_moves_exactly_as_the_table_says():
    job = rehearse(spec("a"))
    mine = Step.objects.filter(job=job)
    for old, new in product(StepState, StepState):
        mine.update(state=old)
        moved = transition_steps(mine, to=new)
        expected = new if new in STEP_TRANSITIONS[old] else old
        assert (moved, mine.get().state) == (int(expected != old), expected), (old, new)
