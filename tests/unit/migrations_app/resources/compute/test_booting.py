"""What the destination's Nova would refuse is known before a server is halted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.compute.server.host_names import (
    host_name_for,
    host_name_losses,
)
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move, draft_plan

pytestmark = pytest.mark.django_db

HOST_NAME = "OS-EXT-SRV-ATTR:hostname"
WEB = f"{NAME}-web-1"


@contextmanager
def tenant_with(folder: Path, *, new: str = "2026.2", **fields: Any) -> Iterator[TwoClouds]:
    """Serve two clouds; the tenant's first server has these fields."""
    with two_clouds(folder, new=new) as clouds:
        tenant_between(clouds.old, clouds.new)
        server_of(clouds).update(fields)
        yield clouds


def server_of(clouds: TwoClouds) -> Json:
    """Return the row of the tenant's first server on the source."""
    [server] = clouds.old.compute.servers.where(name=WEB)
    return server


def draft(clouds: TwoClouds) -> Plan:
    """Return the plan of the tenant's move."""
    project = clouds.old.identity.projects.where(name=NAME)[0]
    return draft_plan(clouds, TenantRef(project["id"], NAME))


def item_of(plan: Plan) -> PlanItem:
    """Return the plan's item of the tenant's first server."""
    return plan.items.get(type="server", name=WEB)


def moved_by(clouds: TwoClouds, plan: Plan) -> Move:
    """Execute the plan and return the move of its servers."""
    move = Move(clouds=clouds, plan=plan, type=resource_type("server"))
    move.do_everything()
    return move


def unexpected(move: Move, item: PlanItem) -> set[str]:
    """Return the fields in which the copy differs and the plan names no loss."""
    return {each.field for each in move.differences(item)} - {x["field"] for x in item.losses}


def test_a_host_name_that_nova_refuses_is_a_loss_and_the_server_boots(tmp_path):
    with tenant_with(tmp_path, **{HOST_NAME: "w"}) as clouds:
        plan = draft(clouds)
        item = item_of(plan)
        assert HOST_NAME in {loss["field"] for loss in item.losses}
        assert not unexpected(moved_by(clouds, plan), item)


@pytest.mark.parametrize(
    ("name", "newest", "sent"),
    [
        ("web.example", (2, 93), ""),
        ("web.example", (2, 94), "web.example"),
        ("web-1", (2, 90), "web-1"),
        ("web-1", (2, 89), ""),
        ("w", (2, 94), ""),
        ("web-", (2, 94), ""),
        ("a" * 64, (2, 93), ""),
    ],
)
def test_a_host_name_is_sent_to_a_nova_that_takes_it(name, newest, sent):
    def supports(_: str, wanted: str) -> bool:
        return tuple(int(part) for part in wanted.split(".")) <= newest

    record = Record(type="server", id="s", name="web", fields={HOST_NAME: name})
    cloud: Any = SimpleNamespace(name="new", supports=supports)
    assert host_name_for(record, cloud) == sent
    assert bool([*host_name_losses(record, cloud)]) == (not sent and newest >= (2, 90))


def test_a_host_name_with_dots_is_kept_where_nova_takes_it(tmp_path):
    with tenant_with(tmp_path, **{HOST_NAME: "web.example"}) as clouds:
        plan = draft(clouds)
        assert HOST_NAME not in {loss["field"] for loss in item_of(plan).losses}
        move = moved_by(clouds, plan)
        row = move.row_of(item_of(plan))
        assert row is not None
        assert row[HOST_NAME] == "web.example"
