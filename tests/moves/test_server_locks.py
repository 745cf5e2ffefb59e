"""A locked server arrives locked, by the same kind of person and for the same reason."""

import pytest

from dashboard.migrations_app.maintenance.server_locks import REASON as MAINTENANCE
from dashboard.migrations_app.models import MaintenanceChange, Plan, TenantMaintenance
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.single_moves import Move

pytestmark = pytest.mark.django_db

OWNERS, ADMINS = f"{NAME}-web-1", f"{NAME}-web-2"


def server(cloud, name: str) -> Json:
    """Return the row of a server."""
    [row] = cloud.compute.servers.where(name=name)
    return row


def moved(clouds: TwoClouds, plan: Plan) -> Move:
    """Execute a plan, in which no server may differ, and return the move of its servers."""
    move = executed(clouds, plan, "server")
    assert [unexpected(move, item) for item in move.items] == [set(), set()]
    return move


def lost(plan: Plan, name: str) -> set[str]:
    """Return the fields that a server loses."""
    return {loss["field"] for loss in plan.items.get(type="server", name=name).losses}


def test_a_lock_of_the_owner_and_one_of_an_administrator_arrive_as_they_are(clouds):
    plan = draft(clouds)
    moved(clouds, plan)
    told = {
        name: (server(clouds.new, name)["~locked_by"], server(clouds.new, name)["locked_reason"])
        for name in (OWNERS, ADMINS)
    }
    assert told == {OWNERS: ("owner", "web-1 is busy"), ADMINS: ("admin", "web-2 is busy")}
    assert not {"locked", "locked_reason", "locked_by"} & lost(plan, OWNERS)


def test_a_lock_of_somebody_unknown_is_an_administrators_and_named(clouds):
    server(clouds.old, OWNERS)["~actions"] = []
    plan = draft(clouds)
    assert "locked_by" in lost(plan, OWNERS)
    moved(clouds, plan)
    assert server(clouds.new, OWNERS)["~locked_by"] == "admin"


def test_a_lock_that_was_taken_off_and_set_again_is_of_who_set_it_last(clouds):
    row = server(clouds.old, OWNERS)
    [owners] = row["~actions"]
    later = {"start_time": "2099-01-01T00:00:00.000000"}
    row["~actions"] = [{**owners, **later, "project_id": "the operators"}, owners]
    moved(clouds, draft(clouds))
    assert server(clouds.new, OWNERS)["~locked_by"] == "admin"


def test_a_server_that_only_maintenance_has_locked_arrives_unlocked(clouds):
    row = server(clouds.old, ADMINS)
    row["locked_reason"] = MAINTENANCE
    maintenance = TenantMaintenance.objects.create(
        cloud=clouds.source, project_id=row["tenant_id"], tenant_name=NAME
    )
    done = {"kind": "lock_server", "state": "done", "name": ADMINS}
    MaintenanceChange.objects.create(maintenance=maintenance, **done, details={"server": row["id"]})
    moved(clouds, draft(clouds))
    assert not server(clouds.new, ADMINS)["locked"]
