"""The pages of a plan with hundreds of objects: small, and nothing of it is out of reach."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
)
from tests.support import rows

pytestmark = pytest.mark.django_db

OBJECTS = 320
MOST_QUERIES = 20
MOST_BYTES = 200_000
LONG = "a long name with many words, "
TABS = ("items", "findings", "losses", "choices", "differences", "ledger")
Get = Callable[[str], str]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("admin"))
    client.get("/login/")  # the first request of a session stores when it ends
    return client


@pytest.fixture
def get(client: Client) -> Get:
    """Return a function that gets a page, which must be small."""

    def got(address: str) -> str:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(queries) <= MOST_QUERIES, address
        assert len(answer.content) <= MOST_BYTES, address
        return answer.content.decode()

    return got


@pytest.fixture
def plan() -> Plan:
    """Return an executed plan with hundreds of servers, of which each list has something."""
    old, new = rows.two_clouds()
    tenant = rows.tenant_of(old)
    plan = Plan.objects.create(
        source=old,
        destination=new,
        tenant_id=tenant.project_id,
        tenant_name=tenant.name,
        state=Plan.State.EXECUTED,
        choices={f"server:{source_id(number)}": "skip" for number in range(0, OBJECTS, 2)},
        verified_at=timezone.now(),
    )
    numbers = range(OBJECTS)
    PlanItem.objects.bulk_create([item_of(plan, number) for number in numbers])
    PlanFinding.objects.bulk_create([finding_of(plan, number) for number in numbers])
    PlanDifference.objects.bulk_create([difference_of(plan, number) for number in numbers])
    LedgerEntry.objects.bulk_create([entry_of(plan, number) for number in numbers])
    return plan


def source_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def name_of(number: int) -> str:
    return f"{LONG}{number}."


def item_of(plan: Plan, number: int) -> PlanItem:
    reason = "It has no counterpart there, and cannot be made." + " And why." * (number % 7)
    return PlanItem(
        plan=plan,
        ordinal=number,
        type="server",
        source_id=source_id(number),
        name=name_of(number),
        action=PlanItem.Action.ADOPT if number % 2 else PlanItem.Action.SKIP,
        left_out_by="" if number % 2 else "ann",
        losses=[{"field": "tags", "value": "v" * 200, "reason": reason}],
    )


def finding_of(plan: Plan, number: int) -> PlanFinding:
    return PlanFinding(
        plan=plan,
        severity=PlanFinding.Severity.BLOCK,
        type="server",
        resource=name_of(number),
        sentence=f"Server {name_of(number)} cannot be moved. {LONG * 4}",
        fix=f"Shelve it. {LONG * 4}",
    )


def difference_of(plan: Plan, number: int) -> PlanDifference:
    return PlanDifference(
        plan=plan,
        type="server",
        source_id=source_id(number),
        name=name_of(number),
        field="description",
        source_value="\u8ba2" * 400,
        destination_value="\u5355" * 400,
    )


def entry_of(plan: Plan, number: int) -> LedgerEntry:
    return LedgerEntry(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        plan=plan,
        type="server",
        source_id=source_id(number),
        destination_id=source_id(number),
        name=name_of(number),
        state=LedgerEntry.State.PRESENT,
        stages=["create"],
        down_since=timezone.now() - timedelta(hours=1),
    )


def test_no_list_of_a_plan_is_long_and_each_object_is_on_one_of_its_pages(
    get: Get, plan: Plan
) -> None:
    for tab in TABS:
        address = f"/plans/{plan.pk}/{tab}/"
        shown = get(address)
        pages = -(-int(re.findall(r"<span>1 to \d+ of (\d+)</span>", shown)[0]) // 50)
        listed = "".join(get(f"{address}?page={number}") for number in range(1, pages + 1))
        told = source_id if tab in ("choices", "ledger") else name_of
        numbers = range(0, OBJECTS, 2 if tab == "choices" else 1)
        assert not [number for number in numbers if told(number) not in listed], tab


@pytest.mark.parametrize("state", [Plan.State.EXECUTING, Plan.State.EXECUTED])
def test_a_failed_job_makes_no_page_of_its_plan_large(
    get: Get, plan: Plan, state: Plan.State
) -> None:
    Plan.objects.filter(pk=plan.pk).update(state=state)
    rows.job_of(plan, JobState.FAILED)
    for tab in TABS:
        get(f"/plans/{plan.pk}/{tab}/")


@pytest.mark.parametrize("path", ["execute/", "rollback/", "finalize/", ""])
def test_other_pages_of_a_large_plan_are_small(get: Get, plan: Plan, path: str) -> None:
    get(f"{plan.get_absolute_url()}{path}")


def test_home_is_small_when_servers_of_many_tenants_are_down(get: Get, plan: Plan) -> None:
    Job.objects.all().delete()
    copies = Plan.objects.bulk_create(
        Plan(
            source=plan.source,
            destination=plan.destination,
            tenant_id=f"{number:032x}",
            tenant_name=f"tenant-{number}",
            state=Plan.State.EXECUTING,
        )
        for number in range(120)
    )
    entries = [entry_of(each, 1000 + number) for number, each in enumerate(copies)]
    LedgerEntry.objects.bulk_create(entries)
    rows.job_of(plan, JobState.FAILED)
    assert "101 more tenants with servers down" in get("/")
    assert "of 121</span>" in get("/plans/?state=waiting")


def test_leaving_out_keeps_what_other_pages_leave_out(client: Client, plan: Plan) -> None:
    shown = [f"server:{source_id(number)}" for number in range(4)]
    form = {"shown": shown, "ticked": [shown[1], shown[2]]}
    client.post(f"/plans/{plan.pk}/leave-out/", form)
    choices = Plan.objects.latest("pk").choices
    assert choices == {key: to for key, to in plan.choices.items() if key != shown[0]} | {
        shown[1]: "skip"
    }


def test_what_was_left_out_by_its_name_can_be_taken_in(client: Client, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(choices={f"server:{name_of(2)}": "skip"})
    client.post(f"/plans/{plan.pk}/leave-out/", {"shown": [f"server:{source_id(2)}"]})
    assert Plan.objects.latest("pk").choices == {}


def test_choosing_again_keeps_the_choices_of_other_pages(client: Client, plan: Plan) -> None:
    keys = list(plan.choices)
    client.post(f"/plans/{plan.pk}/again/", {"key": keys[:2], "target": ["", "other"]})
    choices = Plan.objects.latest("pk").choices
    assert choices == dict.fromkeys(keys[2:], "skip") | {keys[1]: "other"}
