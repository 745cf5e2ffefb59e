"""A command line without a configuration, and a plan that it acts on."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support import rows


@pytest.fixture(autouse=True)
def _without_configuration(settings):
    settings.PUMPHOUSE_CONFIG = ""


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)
