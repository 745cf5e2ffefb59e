"""The limits of a tenant whose quotas are frozen, as they were before it."""

import pytest

from dashboard.migrations_app.maintenance.frozen_quotas import freeze_quotas
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.single_moves import context
from tests.support.maintenances import maintenance_of

pytestmark = pytest.mark.django_db


def freeze(clouds: TwoClouds) -> dict[str, int]:
    """Freeze the tenant's quotas and return what is set in Nova then."""
    [project] = clouds.old.identity.projects.where(name=NAME)
    maintenance = maintenance_of(clouds.source, project["id"])
    freeze_quotas(maintenance, clouds.source_session, context())
    return clouds.old.quotas.own("compute")[project["id"]]


def test_what_moves_are_the_limits_from_before(clouds):
    assert freeze(clouds)["cores"] == 2
    limits = draft(clouds).items.get(type="compute_quota").fields["limits"]
    assert limits == {"cores": 40, "instances": 21}
