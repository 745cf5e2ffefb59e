"""Two clouds, a tenant of the old one, and a plan that moved it."""

import pytest
from django.utils import timezone

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import (
    Plan,
    Tenant,
)
from tests.support import rows


@pytest.fixture
def clouds(db: None) -> tuple[Cloud, Cloud]:
    return rows.two_clouds()


@pytest.fixture
def tenant(clouds: tuple[Cloud, Cloud]) -> Tenant:
    return rows.tenant_of(clouds[0])


@pytest.fixture
def moved(tenant: Tenant, clouds: tuple[Cloud, Cloud]) -> Plan:
    plan = rows.plan_of(tenant, clouds[1], state=Plan.State.EXECUTED)
    rows.ledger_of(plan)
    plan.ledger_entries.filter(type="project").update(source_id=plan.tenant_id)
    plan.verified_at = timezone.now()
    plan.save()
    return plan
