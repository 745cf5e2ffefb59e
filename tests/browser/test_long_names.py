"""Names and values of the longest that OpenStack takes break where they are, and not the page."""

from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanDifference, PlanItem, Tenant
from tests.browser.conftest import Open
from tests.browser.layout import cut_tables
from tests.support import rows

PIXELS = 5000
"""More than a page with two rows is high on a phone, with the forms of all verbs of a plan."""
ENDPOINT = "https://network.region-one.cloud.example.com:9696/v2.0/{}".format("0123456789" * 4)
NAMES = {
    "without a space": "n" * 200,
    "with spaces": "many words of a name " * 9,
    "Chinese": "订单处理服务器" * 28,
}


def long_rows(name: str) -> dict[str, str]:
    """Make rows with long names, and return the addresses of the pages that show them."""
    old, new = rows.two_clouds()
    tenant = rows.tenant_of(old, "x" * 90)
    plan = rows.plan_of(tenant, new, state=Plan.State.EXECUTED)
    rows.differences_of(plan)
    rows.ledger_of(plan)
    job = rows.job_of(plan, JobState.FAILED)
    PlanDifference.objects.update(name=name, source_value="v" * 300)
    PlanItem.objects.update(name=name)
    LedgerEntry.objects.update(name=name)
    Step.objects.update(title=f"Create {name}"[:250], error=f"{name} is not there.")
    Job.objects.update(title=f"Move {name}"[:200], explanation=f"{name} is not there.")
    Tenant.objects.update(name=name[:100])
    services = {"network": {"endpoint": ENDPOINT, "newest": "2.16"}}
    Cloud.objects.update(services=services, auth_url=ENDPOINT)
    tabs = ("items", "losses", "choices", "differences", "ledger")
    return {
        **{address: address for address in ("/", "/plans/", "/tenants/", "/jobs/", "/clouds/")},
        "tenant": tenant.get_absolute_url(),
        "cloud": old.get_absolute_url(),
        **{tab: f"/plans/{plan.pk}/{tab}/" for tab in tabs},
        **{tab: f"/jobs/{job.pk}/{tab}/" for tab in ("steps", "timeline", "failures", "log")},
    }


@pytest.mark.parametrize("width", [400, 1280, 1440])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_long_names_break(open_as: Open, operator: User, name: str, width: int) -> None:
    addresses = long_rows(name)
    page = open_as(operator, "/plans/")
    page.set_viewport_size({"width": width, "height": 900})
    for about, address in addresses.items():
        page.goto(urljoin(page.url, address))
        size = page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
        assert size[0] <= width, about
        if about in ("/", "/plans/", "/tenants/", "differences"):
            assert size[1] < PIXELS, about
        assert cut_tables(page) == [], about
