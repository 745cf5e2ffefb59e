"""The tenants of a cloud, as the pages of clouds show them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.views.cloud_contents import CloudContents
from dashboard.jobs.views.pages import PageRequest, cut
from dashboard.migrations_app.models import Tenant


def _counts(clouds: Iterable[Cloud]) -> Mapping[int, int]:
    tenants = Tenant.objects.filter(cloud__in=list(clouds)).order_by()
    return dict(tenants.values_list("cloud").annotate(Count("pk")))


def _address(cloud: Cloud) -> str:
    return f"{reverse('tenants')}?{urlencode({'cloud': cloud.name, 'kind': 'all'})}"


def _context(cloud: Cloud, request: PageRequest) -> Mapping[str, Any]:
    return {"page": cut(Tenant.objects.filter(cloud=cloud), request)}


TENANTS = CloudContents(
    title="Tenants",
    counts=_counts,
    address=_address,
    template="tenants/_of_cloud.html",
    context=_context,
)
