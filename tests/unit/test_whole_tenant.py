"""A whole tenant moves between two clouds in memory, by the product's own jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, of which the old one has a tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def test_a_tenant_is_moved_and_verified(clouds):
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    clouds.execute(plan)
    assert clouds.verify(plan) == []
