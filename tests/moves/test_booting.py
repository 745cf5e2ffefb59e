"""What the destination's Nova would refuse is known before a server is halted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from dashboard.clients.cloud_access import CloudAccess
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.compute.server.host_names import (
    host_name_for,
    host_name_losses,
)
from dashboard.migrations_app.resources.compute.server.refusals import refused_losses
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move

pytestmark = pytest.mark.django_db

HOST_NAME = "OS-EXT-SRV-ATTR:hostname"
WEB, FLAVOR = f"{NAME}-web-1", f"{NAME}-small"


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


def small_of(clouds: TwoClouds) -> Json:
    """Return the row of the tenant's own flavor on the source."""
    [flavor] = clouds.old.compute.flavors.where(name=FLAVOR)
    return flavor


def item_of(plan: Plan) -> PlanItem:
    """Return the plan's item of the tenant's first server."""
    return plan.items.get(type="server", name=WEB)


def test_a_host_name_that_nova_refuses_is_a_loss_and_the_server_boots(tmp_path):
    with tenant_with(tmp_path, **{HOST_NAME: "w"}) as clouds:
        plan = draft(clouds)
        item = item_of(plan)
        assert HOST_NAME in {loss["field"] for loss in item.losses}
        assert not unexpected(executed(clouds, plan, "server"), item)


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
    assert bool([*host_name_losses(record, cloud)]) is not bool(sent)


def test_a_host_name_with_dots_is_kept_where_nova_takes_it(tmp_path):
    with tenant_with(tmp_path, **{HOST_NAME: "web.example"}) as clouds:
        plan = draft(clouds)
        assert HOST_NAME not in {loss["field"] for loss in item_of(plan).losses}
        move = executed(clouds, plan, "server")
        row = move.row_of(item_of(plan))
        assert row is not None
        assert row[HOST_NAME] == "web.example"


def without_disk(clouds: TwoClouds) -> None:
    """Take the disk of the flavor, with which the server runs as well."""
    small_of(clouds).update(disk=0)
    server_of(clouds)["~flavor"]["disk"] = 0


def test_a_flavor_without_a_disk_blocks_a_login_that_acts_in_no_other_project(tmp_path):
    with tenant_with(tmp_path) as clouds:
        without_disk(clouds)
        with patch.object(CloudAccess, "fixed_scope", "an application credential"):
            found = blocks(draft(clouds))
    assert f"Server {WEB} boots from an image on flavor {FLAVOR}" in found
    assert f"Map flavor:{FLAVOR}" in found


def test_a_flavor_with_a_smaller_disk_blocks_the_plan(tmp_path):
    with tenant_with(tmp_path) as clouds:
        small_of(clouds).update(disk=5)
        server_of(clouds)["~flavor"]["disk"] = 5
        found = blocks(draft(clouds, **{f"flavor:{FLAVOR}": "m1.tiny"}))
    assert f"Server {WEB} has a disk of 5 GiB, flavor m1.tiny of cloud new one of 1 GiB." in found


def test_a_flavor_without_a_disk_blocks_nothing_on_a_nova_that_boots_it(tmp_path):
    with tenant_with(tmp_path, new="queens") as clouds:
        small_of(clouds).update(disk=0)
        server_of(clouds)["~flavor"]["disk"] = 0
        assert "disk has size 0" not in blocks(draft(clouds))


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"größe": "1"}, "metadata named 'größe'"),
        ({f"key-{number}": "1" for number in range(128)}, "has 128 items of metadata"),
    ],
)
def test_metadata_that_nova_refuses_blocks_the_plan(tmp_path, metadata, told):
    with tenant_with(tmp_path, metadata=metadata) as clouds:
        assert told in blocks(draft(clouds))


def test_as_much_metadata_as_leaves_room_for_the_marker_blocks_nothing(tmp_path):
    metadata = {f"key-{number}": "1" for number in range(127)}
    with tenant_with(tmp_path, metadata=metadata) as clouds:
        assert "metadata" not in blocks(draft(clouds))


def test_a_server_with_an_image_that_boots_from_a_volume_leaves_no_snapshot_behind(tmp_path):
    with tenant_with(tmp_path) as clouds:
        [server] = clouds.old.compute.servers.where(name=f"{NAME}-web-2")
        server["image"] = server_of(clouds)["image"]
        before = {*clouds.old.block_storage.snapshots.rows}
        plan = draft(clouds)
        move = executed(clouds, plan, "server")
        item = plan.items.get(type="server", name=f"{NAME}-web-2")
        assert not unexpected(move, item)
        assert {*clouds.old.block_storage.snapshots.rows} == before


def rename_key(clouds: TwoClouds, name: str) -> None:
    """Rename the key of the tenant's first server."""
    rows = clouds.old.compute.keypairs.rows
    [key] = clouds.old.compute.keypairs.where(name="ann-key")
    del rows[f"{key['user_id']}:ann-key"]
    key["name"] = server_of(clouds)["key_name"] = name
    rows[f"{key['user_id']}:{name}"] = key


def test_a_key_that_its_owner_has_deleted_is_a_loss_and_the_server_boots(tmp_path):
    with tenant_with(tmp_path, key_name="long-gone") as clouds:
        plan = draft(clouds)
        item = item_of(plan)
        assert "key_name" in {loss["field"] for loss in item.losses}
        move = executed(clouds, plan, "server")
        assert not unexpected(move, item)
        copy = move.row_of(item)
        assert copy and copy["key_name"] is None


@pytest.mark.parametrize(
    ("new", "arrives"), [("2026.2", True), ("queens", False)], ids=["since 2.92", "before"]
)
def test_a_key_named_like_an_address_moves_where_nova_accepts_that(tmp_path, new, arrives):
    with tenant_with(tmp_path, new=new) as clouds:
        rename_key(clouds, "ann@shop.example")
        plan = draft(clouds)
        item = item_of(plan)
        assert ("key_name" in {loss["field"] for loss in item.losses}) is not arrives
        assert plan.items.filter(type="keypair", action="create").count() == 1 + arrives
        assert not unexpected(executed(clouds, plan, "server"), item)
        assert bool(clouds.new.compute.keypairs.where(name="ann@shop.example")) is arrives


def test_a_key_with_the_longest_name_moves_and_fits_into_the_ledger(tmp_path):
    with tenant_with(tmp_path) as clouds:
        rename_key(clouds, "k" * 255)
        plan = draft(clouds)
        move = executed(clouds, plan, "keypair")
        item = plan.items.get(type="keypair", name="k" * 255)
        assert len(item.source_id) <= 130
        assert not unexpected(move, item)
        assert not unexpected(executed_server(move), item_of(plan))


def executed_server(move: Move) -> Move:
    """Return the move of the servers of a plan that has been executed."""
    return Move(clouds=move.clouds, plan=move.plan, type=resource_type("server"))


def test_what_an_older_nova_takes_of_no_server_is_a_loss():
    old = SimpleNamespace(name="new", supports=lambda service, version: False)
    fields = {
        **{"description": "first", "tags": ["front"], "key_name": "ann@shop.example"},
        **{"deleted_volumes": ["data"], "root_volume": "", HOST_NAME: "chosen"},
    }
    record = Record(type="server", id="s", name="web", fields=fields)
    lost = {loss.field for loss in refused_losses(record, old)}
    assert lost == {"description", "tags", "key_name", "deleted_volumes", HOST_NAME}
    same = Record(type="server", id="s", name="My Web.1", fields={**fields, HOST_NAME: "my-web-1"})
    assert HOST_NAME not in {loss.field for loss in refused_losses(same, old)}


@pytest.mark.parametrize("name", [" web", "web\x00"])
def test_a_name_that_nova_refuses_blocks_the_plan(tmp_path, name):
    with tenant_with(tmp_path) as clouds:
        server_of(clouds)["name"] = name
        assert f"is named {name!r}, which Nova of cloud new does not accept" in blocks(
            draft(clouds)
        )
