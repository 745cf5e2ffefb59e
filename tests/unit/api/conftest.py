"""Clients of the API, and a plan that they ask for."""

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from dashboard.migrations_app.models import Plan
from tests.support import rows


@pytest.fixture
def api() -> APIClient:
    """Return a client that nobody is logged in with."""
    cache.clear()
    return APIClient()


@pytest.fixture
def operator(api: APIClient) -> APIClient:
    """Return the client of an operator."""
    api.force_authenticate(rows.user_with("operator"))
    return api


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


@pytest.fixture
def executable(plan: Plan) -> Plan:
    """Return a plan of one project: that of the others have no contents to execute."""
    plan.items.exclude(type="project").delete()
    return plan
