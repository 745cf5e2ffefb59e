"""Steps of a chain go through together, and few chains are under way at once."""

import pytest

from dashboard.cli.command_line import run as run_command
from dashboard.errors import NeedsOperator, Retryable
from dashboard.jobs.chains import claim_in_chains, open_chains
from dashboard.jobs.models import Job, Step
from dashboard.jobs.outcomes import done, outcome_of, record
from dashboard.jobs.states import JobState, Phase
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, server_chain, spec

pytestmark = pytest.mark.django_db(transaction=True)


def servers(*names: str, at_once: int) -> Job:
    """Start a job that halts and boots servers, each in a chain of its own."""
    steps = (step for name in names for step in server_chain(name))
    job = rehearse(*steps, spec("image"), chains_at_once=at_once)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    return job


def claim(job: Job, *, limit: int = 100, owner: str = "me") -> list[str]:
    claimed = claim_in_chains(job.pk, owner=owner, limit=limit, excluding=[])
    return [step.key for step in claimed]


def end(job: Job, *keys: str) -> None:
    record([done(step) for step in job.steps.filter(key__in=keys)], owner="me")


def test_no_more_chains_begin_than_may():
    job = servers("a", "b", "c", at_once=2)
    assert claim(job) == ["image", "halt a", "halt b"]
    assert claim(job) == []
    assert open_chains(job.pk) == {"a", "b"}


def test_one_begins_when_another_is_through():
    job = servers("a", "b", at_once=1)
    claim(job)
    end(job, "halt a")
    assert claim(job) == ["boot a"]
    end(job, "boot a")
    assert claim(job) == ["halt b"]


def test_what_has_begun_goes_before_all_others():
    job = servers("a", "b", at_once=2)
    assert claim(job, limit=3) == ["image", "halt a", "halt b"]
    end(job, "halt b")
    Step.objects.filter(key="image").update(state="pending")
    assert claim(job, limit=1) == ["boot b"]


@pytest.mark.parametrize(
    "error, next_ones", [(NeedsOperator("Broken."), ["halt b"]), (Retryable("Busy."), [])]
)
def test_one_that_failed_lets_the_next_begin_and_one_that_waits_does_not(error, next_ones):
    job = servers("a", "b", at_once=1)
    claim(job)
    record([outcome_of(error, job.steps.get(key="halt a"), stopping=False)], owner="me")
    assert claim(job) == next_ones


def test_the_number_may_change_meanwhile():
    job = servers("a", "b", "c", at_once=1)
    claim(job)
    Job.objects.filter(pk=job.pk).update(chains_at_once=3)
    assert claim(job) == ["halt b", "halt c"]


def test_the_command_changes_it_and_refuses_none(capsys):
    job = servers("a", at_once=1)
    assert run_command(["servers-at-once", str(job.pk), "4"]) == 0
    job.refresh_from_db()
    assert job.chains_at_once == 4
    assert run_command(["servers-at-once", str(job.pk), "-1"]) == 2
    assert "Give a number from 1 to 1,000, or 0 to let it adapt." in capsys.readouterr().err


def test_page_and_api_change_it_too(client):
    job = servers("a", at_once=1)
    client.force_login(rows.user_with("operator"))
    assert 'value="1"' in client.get(job.get_absolute_url()).content.decode()
    client.post(f"/jobs/{job.pk}/servers-at-once/", {"number": "2"})
    job.refresh_from_db()
    assert job.chains_at_once == 2
    address, kind = f"/api/jobs/{job.pk}/servers-at-once/", "application/json"
    assert client.post(address, {"servers_at_once": 3}, content_type=kind).status_code == 202
    assert client.post(address, {"servers_at_once": -1}, content_type=kind).status_code == 400
    assert client.get(f"/api/jobs/{job.pk}/").json()["servers_at_once"] == 3


def test_a_hold_lets_what_has_begun_go_through():
    job = servers("a", "b", at_once=1)
    claim(job)
    end(job, "halt a")
    Job.objects.filter(pk=job.pk).update(hold_before=Phase.CUTOVER)
    Step.objects.exclude(key="image").update(phase=Phase.CUTOVER)
    assert claim(job) == ["boot a"]
    end(job, "boot a")
    assert claim(job) == []
