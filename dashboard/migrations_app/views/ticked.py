"""The tenants that are ticked on the list."""

from dashboard.jobs.views.pages import PageRequest
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.views.tenants import with_latest_plan
from dashboard.whole_numbers import whole_number

TICKED = "tenant"
MOST = 500
"""How many are taken at once: each is a job of its own."""


def ticked_tenants(request: PageRequest) -> list[Tenant]:
    """Return the tenants ticked with their latest plans, in the order of the list."""
    sent = request.POST if request.method == "POST" else request.GET
    numbers = [whole_number(text) for text in sent.getlist(TICKED)]
    found = Tenant.objects.filter(pk__in=[number for number in numbers if number][:MOST])
    return list(with_latest_plan(found.only("pk")))
