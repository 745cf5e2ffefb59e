"""What became of each server of a job, and for how long it was down."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dashboard.jobs.chain_rows import all_rows
from dashboard.jobs.models import Job, Step
from dashboard.jobs.views.chain_files import csv_of
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, server_chain, spec

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def job() -> Job:
    """Return a job that has moved one server, moves one, could not move one, and has two left."""
    steps = [step for name in "abcde" for step in server_chain(name)]
    job = rehearse(*steps, chains_at_once=2)
    stored(job, "halt a", "done", 0, 10)
    stored(job, "boot a", "done", 10, 90, progress_unit="bytes", progress_done=5, progress_total=5)
    stored(job, "halt b", "done", 20, 30)
    stored(job, "boot b", "running", 30, None)
    stored(job, "halt c", "done", 40, 50)
    stored(job, "boot c", "failed", 50, 60)
    stored(job, "halt d", "skipped", None, 60)
    return job


def stored(job: Job, key: str, state: str, begun: int | None, ended: int | None, **more) -> None:
    """Set a step's state, and when it began and ended, in seconds after noon."""
    times = [None if each is None else NOON + timedelta(seconds=each) for each in (begun, ended)]
    found = Step.objects.filter(job=job, key=key)
    found.update(state=state, started_at=times[0], finished_at=times[1], **more)


def test_each_server_is_where_its_chain_is(job):
    found = [*all_rows(job)]
    assert [row.state for row in found] == ["done", "running", "failed", "skipped", "pending"]
    assert [row.title for row in found][:2] == ["a", "b"]
    assert [row.current for row in found][1:3] == [["Step boot b"], ["Step boot c"]]


def test_it_was_down_from_its_halt_to_the_end_of_its_chain(job):
    done, moving, failed, skipped, left = all_rows(job)
    assert (done.seconds_down, done.bytes_done) == (90.0, 5)
    assert moving.runs_at is None and moving.seconds_down > failed.seconds_down > 90
    assert skipped.seconds_down is None and left.seconds_down is None
    Job.objects.filter(pk=job.pk).update(state="failed")
    job.refresh_from_db()
    assert [row.seconds_down for row in all_rows(job)] == [90.0, None, None, None, None]


def test_the_page_the_api_and_the_file_have_a_row_for_each(job):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    shown = client.get(job.get_absolute_url() + "servers/").content.decode()
    assert "In cutover" in shown and "1 min 30 s" in shown
    answer = client.get(f"/api/jobs/{job.pk}/servers/").json()
    assert (answer["count"], answer["results"][0]["seconds_down"]) == (5, 90.0)
    file = b"".join(client.get(f"/jobs/{job.pk}/servers.csv")).decode().splitlines()
    columns = "server,state,halted_at,runs_at,seconds_down,bytes"
    assert file[0] == f"{columns},predicted_seconds_down,predicted_bytes"
    assert file[1] == "a,Moved,2026-11-01T12:00:00+00:00,2026-11-01T12:01:30+00:00,90.0,5,,"
    assert len(file) == 6


def test_a_page_of_many_servers_takes_no_more_queries(job, django_assert_max_num_queries):
    many = [spec(f"halt {n}", chain=str(n), opens_chain=True) for n in range(120)]
    client = Client()
    client.force_login(rows.user_with("viewer"))
    for each in (job, rehearse(*many, chains_at_once=2)):
        with django_assert_max_num_queries(20):
            client.get(each.get_absolute_url() + "servers/")


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_computes_nothing_of_a_servers_name(job, name):
    Step.objects.filter(job=job, key="halt a").update(title=f"Halt server {name}")
    assert [*csv.reader(csv_of(job))][1][0] == f"'{name}"
