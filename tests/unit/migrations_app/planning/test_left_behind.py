"""What the plan names beside the objects that move: flavors and limits."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.sessions import operator_of

pytestmark = pytest.mark.django_db


def warnings(plan: Plan) -> str:
    return " ".join(plan.findings.filter(severity="warn").values_list("sentence", flat=True))


def add_flavor(clouds: TwoClouds, name: str, project_id: str) -> None:
    operator = operator_of(clouds.old)
    sizes = {"name": name, "ram": 64, "vcpus": 1, "disk": 1}
    body = {"flavor": {**sizes, "os-flavor-access:is_public": False}}
    made = operator.post("compute", "/flavors", body, "flavor")
    access = {"addTenantAccess": {"tenant": project_id}}
    operator.post("compute", f"/flavors/{made['id']}/action", access)


def test_private_flavors_that_no_server_uses_are_named(clouds):
    [project] = clouds.old.identity.projects.where(name=NAME)
    add_flavor(clouds, "huge", project["id"])
    add_flavor(clouds, "of-another", "another")
    told = warnings(draft(clouds))
    assert f"{NAME} may use private flavors with which none of its servers runs: huge." in told
    assert "of-another" not in told


def test_limits_that_the_account_may_not_list_are_named(clouds, monkeypatch):
    where = "dashboard.migrations_app.resources.unified_limits.system_session"
    monkeypatch.setattr(where, lambda cloud: None)
    told = warnings(draft(clouds))
    assert "Glance of cloud old has limits in Keystone, which the account may not list" in told


def test_nothing_is_named_of_limits_that_can_be_read(clouds):
    assert "limits in Keystone" not in warnings(draft(clouds))
