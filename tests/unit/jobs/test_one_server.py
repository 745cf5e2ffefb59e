"""What can be done to one server of a job: hold, release, put first, retry, skip."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dashboard.cli.command_line import run as run_command
from dashboard.errors import BadInput, NeedsOperator, WrongState
from dashboard.jobs.chains import claim_in_chains
from dashboard.jobs.finishing import finish_job
from dashboard.jobs.models import GOES_WITH, Job, JobServer, Step
from dashboard.jobs.operating import release_hold
from dashboard.jobs.outcomes import done, outcome_of, record
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import JobState
from dashboard.jobs.verbs.base import server_verbs
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, server_chain, states

pytestmark = pytest.mark.django_db(transaction=True)
VERBS = {verb.name: verb for verb in server_verbs()}


@pytest.fixture
def job() -> Job:
    """Return a running job that moves three servers, one at once; a and c are of one group."""
    steps = [
        step
        for name in "abc"
        for step in server_chain(name, params={GOES_WITH: "group"} if name != "b" else {})
    ]
    job = rehearse(*steps, chains_at_once=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    job.refresh_from_db()
    return job


def server(job: Job, name: str) -> JobServer:
    return JobServer.objects.select_related("job").get(job=job, chain=name)


def do(verb: str, job: Job, name: str, **options: object) -> Job:
    return VERBS[f"{verb}_server"].start(server(job, name), requester=CLI, **options)


def go(job: Job) -> list[str]:
    """Claim what may be, and end it."""
    steps = claim_in_chains(job.pk, owner="me", limit=9, excluding=[])
    record([done(step) for step in steps], owner="me")
    return [step.key for step in steps]


def test_a_held_server_and_those_of_its_group_wait_and_the_others_go_on(job):
    do("hold", job, "a")
    assert [go(job) for _ in range(3)] == [["halt b"], ["boot b"], []]
    assert finish_job(job.pk) == JobState.HELD
    assert do("release", job, "c").state == JobState.RUNNING
    assert [go(job) for _ in range(4)] == [["halt a"], ["boot a"], ["halt c"], ["boot c"]]


def test_the_release_of_a_job_without_a_hold_of_its_own_is_that_of_its_servers(job):
    do("hold", job, "b")
    for _ in range(4):
        go(job)
    assert finish_job(job.pk) == JobState.HELD
    release_hold(job, requester=CLI)
    assert go(job) == ["halt b"]


def test_a_server_is_not_halted_before_its_time(job):
    do("hold", job, "b", until=timezone.now() + timedelta(hours=1))
    for _ in range(4):
        go(job)
    assert states(job)["halt b"] == "pending" and go(job) == []
    assert finish_job(job.pk) is None, "it waits for its time"
    JobServer.objects.filter(chain="b").update(not_before=timezone.now())
    assert go(job) == ["halt b"]


def test_a_time_that_has_passed_is_refused(job):
    with pytest.raises(BadInput, match="has already passed"):
        do("hold", job, "b", until=timezone.now() - timedelta(hours=1))


def test_one_is_put_before_all_others(job):
    do("next", job, "b")
    assert go(job) == ["halt b"]
    do("next", job, "c")
    assert [go(job) for _ in range(2)] == [["boot b"], ["halt a"]], "a goes with c"


def test_what_has_begun_is_not_held(job):
    go(job)
    with pytest.raises(WrongState, match="a has begun to move"):
        do("hold", job, "a")
    assert VERBS["hold_server"].why_not(server(job, "b")) is None


def fail(job: Job, key: str) -> None:
    steps = claim_in_chains(job.pk, owner="me", limit=9, excluding=[])
    record([outcome_of(NeedsOperator("No."), step, stopping=False) for step in steps], owner="me")
    assert states(job)[key] == "failed"


def test_what_has_failed_of_one_is_retried_alone(job):
    fail(job, "halt a")
    fail(job, "halt b")
    do("retry", job, "a")
    assert states(job)["halt a"] == "pending" and states(job)["halt b"] == "failed"


def test_what_has_failed_of_one_is_skipped_with_what_depends_on_it(job):
    fail(job, "halt a")
    with pytest.raises(BadInput, match="needs a reason"):
        do("skip", job, "a")
    do("skip", job, "a", reason="Broken.")
    found = states(job)
    assert (found["halt a"], found["boot a"], found["halt b"]) == ("skipped", "skipped", "pending")


def test_page_api_and_command_hold_one(job, capsys):
    client = Client()
    client.force_login(rows.user_with("operator"))
    page = server(job, "b").get_absolute_url()
    assert 'id="hold_server"' in client.get(page).content.decode()
    assert client.post(f"{page}hold/", {"until": ""}).status_code == 302
    assert server(job, "b").held
    address = f"/api/job-servers/{server(job, 'b').pk}/"
    client.post(f"{page}release/", {"confirmation": "b"})
    assert client.get(address).json()["held"] is False
    assert client.post(f"{address}hold-server/", {}, "application/json").status_code == 202
    listed = client.get(f"/api/jobs/{job.pk}/servers/").json()["results"]
    assert [row["state"] for row in listed] == ["pending", "held", "pending"]
    assert run_command(["server", "release", str(job.pk), "b"]) == 0
    assert not server(job, "b").held
    assert run_command(["server", "hold", str(job.pk), "nobody"]) != 0
    assert "moves no server 'nobody'" in capsys.readouterr().err


def test_a_release_on_the_page_wants_the_name(job):
    client = Client()
    client.force_login(rows.user_with("operator"))
    do("hold", job, "b")
    page = server(job, "b").get_absolute_url()
    assert client.post(f"{page}release/", {"confirmation": "a"}).status_code == 400
    assert server(job, "b").held
    assert Step.objects.get(chain="b", opens_chain=True).held
