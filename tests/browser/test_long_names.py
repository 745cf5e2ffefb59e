"""Names and values of the longest that OpenStack takes break where they are, and not the page."""

from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User

from dashboard.migrations_app.models import Plan, PlanDifference
from tests.browser.conftest import Open
from tests.support import rows

PIXELS = 2500
"""More than the whole page with two differences is high."""


@pytest.mark.parametrize("width", [400, 1280])
def test_long_names_break(open_as: Open, operator: User, width: int) -> None:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old, "x" * 90), new, state=Plan.State.EXECUTED)
    rows.differences_of(plan)
    PlanDifference.objects.update(name="n" * 200, source_value="v" * 300)
    page = open_as(operator, "/plans/")
    page.set_viewport_size({"width": width, "height": 900})
    for address in ("/", "/plans/", "/tenants/", f"/plans/{plan.pk}/differences/"):
        page.goto(urljoin(page.url, address))
        size = page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]")
        assert size[0] <= width, address
        assert size[1] < PIXELS, address
