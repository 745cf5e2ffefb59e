"""The pages of a job and of a plan with 1,000 servers take no more queries than with 100."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan, PlanItem
from tests.support import rows
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
Queries = Callable[[str], int]


@pytest.fixture
def queries() -> Queries:
    """Return a function that gets a page and returns how many queries it took."""
    client = Client()
    client.force_login(rows.user_with("operator"))
    client.get("/login/")  # the first request of a session stores when it ends

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(answer.content) <= 200_000, address
        return len(found)

    return count


def move_of(servers: int) -> Plan:
    """Return a plan of so many servers, with the job that executes it."""
    old = Cloud.objects.create(name=f"old-{servers}")
    new = Cloud.objects.create(name=f"new-{servers}")
    tenant = rows.tenant_of(old, f"tenant-{servers}")
    plan = Plan.objects.create(
        source=old,
        destination=new,
        tenant_id=tenant.project_id,
        tenant_name=tenant.name,
        state=Plan.State.EXECUTING,
    )
    PlanItem.objects.bulk_create(
        PlanItem(plan=plan, ordinal=n, type="server", source_id=f"s{n}", name=f"web-{n}")
        for n in range(servers)
    )
    steps = [
        step
        for n in range(servers)
        for step in (
            spec(f"server:s{n}:stop", chain=f"{n}", opens_chain=True),
            spec(f"server:s{n}:create", chain=f"{n}", needs=[f"server:s{n}:stop"]),
        )
    ]
    job = rehearse(*steps, subject=plan.subject, chains_at_once=3, params={"plan": plan.pk})
    Job.objects.filter(pk=job.pk).update(kind="execute")
    return plan


def test_a_thousand_servers_take_as_many_queries_as_a_hundred(queries):
    taken = {}
    for servers in (100, 1000):
        plan = move_of(servers)
        job = Job.objects.get(subject=plan.subject)
        plan_page, job_page = plan.get_absolute_url(), job.get_absolute_url()
        pages = (plan_page, f"{plan_page}servers/rows/", f"{job_page}servers/")
        taken[servers] = [queries(address) for address in pages]
    assert taken[100] == taken[1000]
    assert max(taken[1000]) <= MOST_QUERIES
