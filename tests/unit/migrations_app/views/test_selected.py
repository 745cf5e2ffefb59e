"""Planning, executing and verifying the tenants that are ticked on the list."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.audit.models import Act
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant
from tests.support import rows

pytestmark = pytest.mark.django_db


def tenants_of(cloud: Cloud, *names: str) -> list[Tenant]:
    return [rows.tenant_of(cloud, name) for name in names]


def ticks(tenants: list[Tenant], **more: Any) -> dict[str, Any]:
    return {"tenant": [tenant.pk for tenant in tenants], **more}


def test_planning_the_ticked_asks_first_and_then_starts_a_job_each(client, clouds) -> None:
    tenants = tenants_of(clouds[0], "shop", "wiki", "media")
    asked = client.post("/tenants/selected/plan/", ticks(tenants)).content.decode()
    assert "Plan 3 tenants" in asked and "8 servers, 5 volumes" in asked
    assert not Job.objects.exists() and not Act.objects.exists()
    sent = ticks(tenants, confirmed="yes", destination=clouds[1].pk, capture="stop")
    told = client.post("/tenants/selected/plan/", sent).content.decode()
    assert "Plan: 3 of 3 started" in told
    assert {plan.tenant_name for plan in Plan.objects.all()} == {"shop", "wiki", "media"}
    assert Plan.objects.filter(destination=clouds[1], options__capture="stop").count() == 3
    assert Act.objects.get().jobs.count() == 3


def test_executing_the_ticked_says_what_stops_and_takes_the_number_typed(client, clouds) -> None:
    tenants = tenants_of(clouds[0], "shop", "wiki", "media")
    for tenant in tenants[:2]:
        rows.plan_of(tenant, clouds[1])
    asked = client.post("/tenants/selected/execute/", ticks(tenants)).content.decode()
    assert "to new, 8 servers stop" in asked
    assert "media has no plan. Plan it first." in asked
    assert "Execute 2 tenants" in asked
    wrong = ticks(tenants, confirmed="yes", confirmation="yes", servers_at_once="2")
    assert client.post("/tenants/selected/execute/", wrong).status_code == 400
    assert not Job.objects.exists()
    right = {**wrong, "confirmation": "3 tenants"}
    told = client.post("/tenants/selected/execute/", right).content.decode()
    assert "Execute: 2 of 3 started" in told
    assert set(Job.objects.values_list("kind", "chains_at_once")) == {("execute", 2)}
    assert Job.objects.count() == 2


def test_a_tenant_at_work_is_told_and_the_others_go_on(client, clouds) -> None:
    tenants = tenants_of(clouds[0], "shop", "wiki")
    plans = [rows.plan_of(tenant, clouds[1], state=Plan.State.EXECUTED) for tenant in tenants]
    for number, plan in enumerate(plans):
        rows.ledger_of(plan)
        plan.ledger_entries.update(source_id=Concat("source_id", Value(f"-{number}")))
    busy = rows.job_of(plans[0], JobState.RUNNING)
    sent = ticks(tenants, confirmed="yes")
    told = client.post("/tenants/selected/verify/", sent).content.decode()
    assert "Verify: 1 of 2 started" in told
    assert f"(job {busy.pk}) is already working on this." in told


def test_asking_takes_as_many_queries_for_forty_as_for_four(client, clouds) -> None:
    def queries(number: int) -> int:
        names = [f"tenant-{number}-{index}" for index in range(number)]
        tenants = tenants_of(clouds[0], *names)
        for tenant in tenants:
            rows.plan_of(tenant, clouds[1])
        with CaptureQueriesContext(connection) as taken:
            assert client.post("/tenants/selected/execute/", ticks(tenants)).status_code == 200
        return len(taken)

    client.get("/login/")
    few = queries(4)
    assert few <= 20
    assert queries(40) == few


def test_without_a_tick_nothing_happens_and_the_list_says_so(client, clouds) -> None:
    rows.tenant_of(clouds[0])
    shown = client.post("/tenants/selected/verify/", follow=True).content.decode()
    assert "No tenant is ticked." in shown


@pytest.mark.parametrize("verb", ["plan", "execute", "verify"])
def test_a_viewer_is_refused(clouds, verb: str) -> None:
    viewer = Client()
    viewer.force_login(rows.user_with("viewer"))
    sent = ticks([rows.tenant_of(clouds[0])])
    assert viewer.post(f"/tenants/selected/{verb}/", sent).status_code == 403


def test_service_projects_and_copies_are_apart(client, clouds) -> None:
    old, new = clouds
    plan = rows.plan_of(tenants_of(old, "shop", "services")[0], new, state=Plan.State.EXECUTED)
    copy = Tenant.objects.create(
        cloud=new, project_id="c0", name="shop-copy", seen_at=plan.created_at
    )
    LedgerEntry.objects.create(
        source_cloud=old,
        destination_cloud=new,
        plan=plan,
        type="project",
        source_id=plan.tenant_id,
        destination_id=copy.project_id,
        state=LedgerEntry.State.PRESENT,
    )

    def shown(query: str) -> set[str]:
        page = client.get(f"/tenants/{query}").context["page"]
        return {tenant.name for tenant in page}

    assert shown("") == {"shop"}
    assert shown("?kind=services") == {"services"}
    assert shown("?kind=copies") == {"shop-copy"}
    assert shown("?kind=all") == {"shop", "services", "shop-copy"}
