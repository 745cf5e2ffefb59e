"""Jobs of one group share a limit of chains at once, and others do not."""

import pytest

from dashboard.jobs.chains import claim_in_chains
from dashboard.jobs.models import Job, JobGroup
from dashboard.jobs.outcomes import done, record
from dashboard.jobs.pace import Pace
from dashboard.jobs.pacing import stored, words_at_once
from dashboard.jobs.states import JobState
from tests.support.rehearsal.jobs import rehearse, server_chain

pytestmark = pytest.mark.django_db(transaction=True)


def servers(*names: str, group: JobGroup | None) -> Job:
    """Start a job that halts servers and boots them, of which many may be down at once."""
    steps = (step for name in names for step in server_chain(name))
    job = rehearse(*steps, chains_at_once=9)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, group=group)
    return job


def claim(job: Job) -> list[str]:
    steps = claim_in_chains(job.pk, owner="me", limit=100, excluding=[])
    return [step.key for step in steps]


def end(job: Job, *keys: str) -> None:
    record([done(step) for step in job.steps.filter(key__in=keys)], owner="me")


@pytest.fixture
def group() -> JobGroup:
    return JobGroup.objects.create(name="wave:1", title="wave pilots", chains_at_once=3)


@pytest.fixture
def jobs(group: JobGroup) -> tuple[Job, Job]:
    return servers("a", "b", group=group), servers("a", "c", "d", group=group)


def test_the_chains_of_all_jobs_of_a_group_are_counted_together(jobs):
    one, two = jobs
    assert claim(one) == ["halt a", "halt b"]
    assert claim(two) == ["halt a"]
    assert claim(two) == []
    end(one, "halt a", "halt b")
    assert claim(two) == [], "between two steps of a chain its server is still down"
    assert claim(one) == ["boot a", "boot b"]
    end(one, "boot a")
    assert claim(two) == ["halt c"]


def test_a_job_of_no_group_and_one_of_another_group_are_not_counted(jobs):
    alone = servers("a", "b", group=None)
    other = servers("a", "b", group=JobGroup.objects.create(name="wave:2", chains_at_once=1))
    assert claim(alone) == ["halt a", "halt b"]
    assert claim(other) == ["halt a"]
    assert claim(jobs[1]) == ["halt a", "halt c", "halt d"]


def test_a_job_that_has_ended_has_no_part_in_the_limit(jobs):
    one, two = jobs
    claim(one)
    end(one, "halt a", "halt b")
    Job.objects.filter(pk=one.pk).update(state=JobState.CANCELLED)
    assert claim(two) == ["halt a", "halt c", "halt d"]


def test_a_change_of_the_limit_holds_at_once(jobs, group):
    one, two = jobs
    claim(one)
    JobGroup.objects.update(chains_at_once=2)
    assert claim(two) == []
    JobGroup.objects.update(chains_at_once=0)
    assert claim(two) == ["halt a", "halt c", "halt d"]


def test_where_chains_adapt_no_more_begin_than_there_are_streams(jobs, group):
    JobGroup.objects.update(chains_at_once=0, streams=2)
    for job in jobs:
        Job.objects.filter(pk=job.pk).update(**stored(Pace(number=9)))
    assert claim(jobs[0]) == ["halt a", "halt b"]
    assert claim(jobs[1]) == []
    JobGroup.objects.update(streams=3)
    assert claim(jobs[1]) == ["halt a"]


def test_people_read_what_the_group_may_have(jobs):
    words = "9 servers at a time, at most 3 in all of wave pilots"
    assert words_at_once(Job.objects.get(pk=jobs[0].pk)) == words
    assert words_at_once(servers("a", group=None)) == "9 servers at a time"
