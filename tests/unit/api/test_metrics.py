"""What Prometheus reads: with a token, in its own format, as the rows are."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from dashboard.jobs.models import CallCount, DataStream, Step
from dashboard.jobs.states import JobState, Phase, StepState
from tests.support import rows
from tests.support.api_clients import as_role

pytestmark = pytest.mark.django_db

PROMETHEUS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4"


@pytest.fixture
def viewer() -> APIClient:
    """Return the client of a viewer, as a scrape is."""
    return as_role("viewer")


def samples(client: APIClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return the value of each sample, by its name and labels, as a viewer reads them."""
    answer = client.get("/metrics", HTTP_ACCEPT=PROMETHEUS)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    read = [sample for family in families for sample in family.samples]
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for each in read}


@pytest.fixture
def value(viewer: APIClient) -> Callable[..., float]:
    """Return the value of a sample as it is then."""
    return lambda name, **labels: samples(viewer)[
        f"pumphouse_{name}", tuple(sorted(labels.items()))
    ]


def test_nobody_reads_them_without_a_token(api):
    assert api.get("/metrics").status_code == 401


def test_they_tell_of_jobs_steps_tenants_and_outages(plan, value):
    job = rows.job_of(plan, JobState.RUNNING)
    Step.objects.filter(job=job).update(progress_unit="items", attempt=1)
    Step.objects.filter(pk=job.steps.first().pk).update(
        progress_unit="bytes", progress_done=4096, attempt=3, state=StepState.RUNNING
    )
    rows.ledger_of(plan)
    rows.servers_down_of(plan, timezone.now())
    down = plan.ledger_entries.exclude(down_since=None).count()
    assert value("jobs", kind="execute", state="running") == 1
    running = Step.objects.filter(job=job, state="running").count()
    assert value("active_steps", state="running") == running
    assert value("tenants", cloud="old") == 1
    assert value("plans", state=plan.state) == 1
    assert value("copied_bytes") == 4096
    assert value("step_retries") == 2
    assert value("servers_down") == down > 0


def test_the_histogram_has_the_downtime_of_servers_that_have_moved(plan, value):
    job, now = rows.job_of(plan, JobState.DONE), timezone.now()
    Step.objects.filter(job=job).delete()
    for number, (seconds, last) in enumerate([(4, "done"), (50, "done"), (7, "failed")]):
        # a hook that is called before the halt is none
        for key, begin, state in (("hook", -60, "done"), ("stop", 0, "done"), ("create", 0, last)):
            Step.objects.create(
                **{"job": job, "key": f"server:{number}:{key}", "action": key, "title": key},
                **{"chain": f"{number}", "opens_chain": key == "hook", "state": state},
                **{"ordinal": number, "phase": Phase.CUTOVER},
                started_at=now + timedelta(seconds=begin),
                finished_at=now + timedelta(seconds=seconds),
            )
    assert value("downtime_seconds_count") == 2
    assert value("downtime_seconds_sum") == 54
    assert value("downtime_seconds_bucket", le="2.5") == 0
    assert value("downtime_seconds_bucket", le="5.0") == 1
    assert value("downtime_seconds_bucket", le="60.0") == 2


def count_of(worker: str, *, in_flight: int, age: float = 0.0, slow: int = 1) -> None:
    """Make the row of a worker that had a call of 0.2 s, and others that took over a minute."""
    CallCount.objects.create(
        **{"worker": worker, "cloud": "old", "service": "network", "seconds": 0.2 + 70 * slow},
        **{"counts": [0, 0, 1, *[0] * 7, slow], "errors": {"lost": 1}, "retries": 2},
        **{"in_flight": in_flight, "limit": 4},
        seen_at=timezone.now() - timedelta(seconds=age),
    )


def test_calls_are_those_of_all_workers_and_what_is_in_flight_of_the_living(value):
    count_of("a:1", in_flight=2)
    count_of("b:1", in_flight=3)
    count_of("dead:1", in_flight=9, age=30)
    count_of("", in_flight=0, slow=0)
    of = {"cloud": "old", "service": "network"}
    assert value("call_seconds_count", **of) == 7
    assert value("call_seconds_sum", **of) == pytest.approx(210.8)
    assert value("call_seconds_bucket", **of, le="0.1") == 0
    assert value("call_seconds_bucket", **of, le="0.25") == 4
    assert value("call_seconds_bucket", **of, le="60.0") == 4
    assert value("call_errors_total", **of, kind="lost") == 4
    assert value("call_errors_total", **of, kind="server") == 0
    assert value("call_retries_total", **of) == 8
    assert (value("calls_in_flight", **of), value("calls_limit", **of)) == (5, 8)


def test_data_streams_are_those_of_living_workers_that_pass_bytes(value):
    now = timezone.now()
    of = {"source": "old", "destination": "new"}
    for worker, is_passing, age in (
        ("a", True, 0),
        ("b", True, 5),
        ("b", False, 0),
        ("c", True, 60),
    ):
        seen_at = now - timedelta(seconds=age)
        DataStream.objects.create(worker=worker, is_passing=is_passing, seen_at=seen_at, **of)
    assert value("data_streams", **of) == 2
