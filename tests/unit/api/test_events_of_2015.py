"""The events of 2015, told from the rows of jobs and steps."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from dashboard.api.words_of_2015.event_bodies import TYPES
from dashboard.api.words_of_2015.event_feed import EventFeed
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.registry import resource_types
from dashboard.web.long_answers import LISTENER
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.host_rows import hosts_of

pytestmark = pytest.mark.django_db

A_MINUTE_AGO = {"HTTP_LAST_EVENT_ID": (timezone.now() - timedelta(minutes=1)).isoformat()}


def events(**headers: str) -> list[tuple[str, Any]]:
    """Return the names and bodies of what has happened."""
    client = APIClient()
    known = User.objects.filter(username="viewer").first()
    client.force_authenticate(known or rows.user_with("viewer"))
    answer = client.get("/events", **headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/event-stream"
    return read(answer.content)


def read(content: bytes) -> list[tuple[str, Any]]:
    found = []
    for part in content.decode().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in part.splitlines())
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def a_job(kind: str, **fields: Any) -> Job:
    now = timezone.now()
    subject = fields.pop("subject", "a-subject")
    return Job.objects.create(kind=kind, title="A job", subject=subject, started_at=now, **fields)


def a_step(job: Job, action: str, **params: Any) -> Step:
    count = job.steps.count()
    return Step.objects.create(
        job=job,
        key=f"step-{count}",
        ordinal=count,
        action=action,
        title="A step",
        state="done",
        params=params,
        finished_at=timezone.now(),
    )


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def an_item(plan: Plan, type_: str, source: str, copy: str) -> PlanItem:
    plan.items.filter(type=type_, source_id=source).delete()
    LedgerEntry.objects.filter(type=type_, source_id=source).delete()
    clouds = {"source_cloud": plan.source, "destination_cloud": plan.destination}
    LedgerEntry.objects.create(
        type=type_, source_id=source, destination_id=copy, name="a-name", plan=plan, **clouds
    )
    return PlanItem.objects.create(
        plan=plan, ordinal=9999, type=type_, source_id=source, name="a-name"
    )


def test_every_type_of_the_events_is_one_that_is_migrated() -> None:
    assert TYPES.keys() <= {*resource_types()}


def test_a_move_begins_and_ends_with_an_update_of_its_tenant_and_a_failure_is_logged(
    plan: Plan,
) -> None:
    job = a_job("execute", params={"plan": plan.pk}, state="running")
    tenant = {"id": plan.tenant_id, "type": "tenant", "cloud": "source"}
    started = {**tenant, "action": "migration", "progress": None}
    assert events(**A_MINUTE_AGO) == [("update", started)]
    Job.objects.filter(pk=job.pk).update(
        state="failed", finished_at=timezone.now(), explanation="Why."
    )
    assert events(**A_MINUTE_AGO)[1:] == [
        ("update", {**tenant, "action": None, "progress": None}),
        ("log", {"level": "error", "message": "A job: failed. Why."}),
    ]


def test_a_server_is_created_and_at_the_end_migrated(plan: Plan) -> None:
    job = a_job("execute", params={"plan": plan.pk}, state="running")
    item = an_item(plan, "server", "s-1", "d-1")
    for action in ("stop", "create", "power"):
        a_step(job, action, item=item.pk)
    told = events(**A_MINUTE_AGO)[1:]
    source = {"id": "s-1", "type": "server", "cloud": "source"}
    copy = {"id": "d-1", "type": "server", "cloud": "destination"}
    assert told == [
        ("update", {**source, "action": "migration"}),
        ("create", {**copy, "action": "migration", "data": {"id": "d-1", "name": "a-name"}}),
        ("update", {**source, "action": None}),
        ("update", {**copy, "action": None, "progress": None}),
        ("server migrated", {"source_id": "s-1", "destination_id": "d-1"}),
    ]


def test_an_image_is_uploaded_in_tenths(plan: Plan) -> None:
    job = a_job("execute", params={"plan": plan.pk}, state="running")
    item = an_item(plan, "image", "i-1", "i-2")
    step = a_step(job, "transfer", item=item.pk)
    Step.objects.filter(pk=step.pk).update(
        state="running", finished_at=None, group="image", progress_done=57, progress_total=100
    )
    key = {"id": "i-2", "type": "image", "cloud": "destination"}
    told = ("update", {**key, "action": "uploading", "progress": 50})
    assert told in events()


def test_what_finalize_and_rollback_delete_is_told_with_its_cloud(plan: Plan) -> None:
    item = an_item(plan, "keypair", "k-1", "k-2")
    a_step(a_job("finalize", state="running"), "finalize", item=item.pk)
    rollback = a_job("rollback", params={"plan": plan.pk}, state="running", subject="other")
    a_step(rollback, "create", item=item.pk)
    deleted = [body["cloud"] for name, body in events(**A_MINUTE_AGO) if name == "delete"]
    assert deleted == ["source", "destination"]


def test_a_host_is_blocked_while_it_is_evacuated(plan: Plan) -> None:
    host = hosts_of(plan.source)[0]
    job = a_job("evacuate", params={"cloud": plan.source_id, "host": host.name}, state="done")
    a_step(job, "close")
    a_step(job, "move", server="s-1")
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now())
    told = [(body["type"], body["action"], body.get("data")) for _, body in events(**A_MINUTE_AGO)]
    assert told == [
        ("host", "evacuation", None),
        ("host", None, {"status": "blocked"}),
        ("server", "", None),
        ("host", None, {"status": "blocked"}),
    ]


def test_a_new_client_hears_only_what_happens_from_now_on_and_each_event_once(
    plan: Plan,
) -> None:
    a_job("execute", params={"plan": plan.pk}, state="running")
    answer: Any = as_role("viewer").get("/events")
    feed = answer.wsgi_request.environ[LISTENER]
    assert not read(answer.content)
    a_job("evacuate", params={"host": "h-1"}, state="running", subject="b")
    (event,) = read(feed.new())
    assert event[1]["id"] == "h-1"
    assert feed.new() == b""


def test_more_than_is_sent_at_once_is_sent_later(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.api.words_of_2015.event_feed.MOST_AT_ONCE", 2)
    answer: Any = as_role("viewer").get("/events")
    feed = answer.wsgi_request.environ[LISTENER]
    for number in range(5):
        a_job("evacuate", params={"host": f"h-{number}"}, state="running", subject=str(number))
    told = [read(feed.new()) for _ in range(4)]
    assert [body["id"] for part in told for _, body in part] == [f"h-{n}" for n in range(5)]
    assert [len(part) for part in told] == [2, 2, 1, 0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="each explains in its own words")
def test_what_ended_long_ago_is_not_read_each_second(plan: Plan) -> None:
    rows.job_of(plan, JobState.DONE)
    feed = EventFeed(timezone.now())
    with CaptureQueriesContext(connection) as queries:
        feed.new()
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            assert not re.search(r"SCAN jobs_(job|step)", str(cursor.fetchall())), query["sql"]


@pytest.mark.parametrize(
    "sent",
    [
        "soon",
        "2026-13-45T00:00:00Z",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_an_id_that_is_of_no_event_is_refused(sent: str) -> None:
    answer = as_role("viewer").get("/events", HTTP_LAST_EVENT_ID=sent)
    assert answer.status_code == 400
    assert "Last-Event-ID" in answer.json()["error"]


def test_a_browser_asks_for_events_alone() -> None:
    answer = as_role("viewer").get("/events", HTTP_ACCEPT="text/event-stream")
    assert answer.status_code == 200
