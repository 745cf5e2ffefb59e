"""What a job was in the end: throughput over time, and downtime as predicted and as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dashboard.jobs.models import PREDICTED, SERVER, Job, Step
from dashboard.jobs.report import JobReport
from dashboard.jobs.throughput import BARS, throughput_of
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, server_chain, spec

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def job() -> Job:
    """Return a job that has moved two servers, each predicted to be down for 100 s."""
    steps = [
        step
        for name in "ab"
        for step in server_chain(
            name,
            then="copy",
            params={
                SERVER: {
                    "name": name,
                    "halt": f"halt {name}",
                    PREDICTED: {"bytes": 2000, "seconds": 100.0},
                }
            },
        )
    ]
    job = rehearse(*steps, chains_at_once=1)
    stored(job, "halt a", 0, 10)
    stored(job, "copy a", 10, 70, progress_unit="bytes", progress_done=600)
    stored(job, "halt b", 70, 80)
    stored(job, "copy b", 80, 160, progress_unit="bytes", progress_done=2000)
    return job


def stored(job: Job, key: str, begun: int, ended: int, **more: object) -> None:
    times = [NOON + timedelta(seconds=each) for each in (begun, ended)]
    found = Step.objects.filter(job=job, key=key)
    found.update(state="done", started_at=times[0], finished_at=times[1], **more)


def test_all_that_was_copied_is_in_the_chart_at_its_time(job):
    found = throughput_of(job)
    assert found is not None and len(found.rates) == BARS
    span = 150 / BARS
    assert sum(rate * span for rate in found.rates) == pytest.approx(2600)
    assert found.rates[0] == pytest.approx(10) and found.rates[-1] == pytest.approx(25)
    assert found.rates[25] == 0, "nothing was copied while b was halted"
    assert (found.total, found.peak) == (2600, pytest.approx(25))


def test_a_job_that_copied_nothing_has_no_chart():
    assert throughput_of(rehearse(spec("a"))) is None


def test_the_report_compares_downtimes_with_what_was_predicted(job):
    report = JobReport(job)
    assert report.downtimes == [70.0, 90.0]
    assert (report.median_down, report.worst_down, report.accuracy) == (80.0, 90.0, 0.8)


def test_a_hook_before_the_halt_is_no_downtime(job):
    hook = Step.objects.get(job=job, key="halt a")
    Step.objects.filter(pk=hook.pk).update(key="hook a")
    Step.objects.create(job=job, key="halt a", ordinal=99, chain=hook.chain, title="Halt a")
    stored(job, "halt a", 5, 10)
    assert sorted(JobReport(job).downtimes) == [65.0, 90.0]


def test_a_job_that_has_ended_anew_is_added_up_anew(job):
    assert JobReport(ended(job, 160)).worst_down == 90.0
    stored(job, "copy b", 80, 200)
    assert JobReport(ended(job, 200)).worst_down == 130.0


def ended(job: Job, after: int) -> Job:
    moment = NOON + timedelta(seconds=after)
    Job.objects.filter(pk=job.pk).update(state="done", finished_at=moment)
    return Job.objects.get(pk=job.pk)


def test_the_report_is_a_page_and_json_for_programs(job):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    shown = client.get(f"{job.get_absolute_url()}report/").content.decode()
    assert "1 min 30 s" in shown and "1 min 40 s" in shown and "<rect" in shown
    for address in (f"{job.get_absolute_url()}report.json", f"/api/jobs/{job.pk}/report/"):
        told = client.get(address).json()
        assert (told["bytes"], told["worst_seconds_down"]) == (2600, 90.0)
        assert told["servers"][0]["predicted_seconds_down"] == 100.0


def test_the_tab_of_servers_shows_the_pipeline_and_the_chart(job):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    shown = client.get(f"{job.get_absolute_url()}servers/").content.decode()
    assert shown.count('<ol class="pipeline"') == 2 and "predicted 1 min 40 s" in shown
    assert 'class="throughput"' in shown
