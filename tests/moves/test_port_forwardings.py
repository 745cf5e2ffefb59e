"""Port forwardings of floating IPs, between two clouds in memory."""

from dataclasses import replace

import pytest

from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moved_tenant import draft, executed, unexpected

pytestmark = pytest.mark.django_db
RANGES = "floating-ip-port-forwarding-port-ranges"


def forwardings(cloud, address):
    floating = cloud.network.floating_ips.where(floating_ip_address=address)[0]
    return cloud.network.forwardings.where(floatingip_id=floating["id"])


def item_of(clouds, plan):
    """Return the item of the floating IP that has forwardings."""
    ids = {row["floatingip_id"] for row in clouds.old.network.forwardings.rows.values()}
    return plan.items.get(type="floating_ip", source_id__in=ids)


def test_forwardings_move_with_their_address_to_the_copy_of_the_port(clouds):
    plan = draft(clouds)
    item = item_of(clouds, plan)
    moved = executed(clouds, plan, "floating_ip")
    assert not clouds.old.network.forwardings.rows
    found = forwardings(clouds.new, item.name)
    assert {row["external_port_range"] for row in found} == {"2222:2222", "8000:8009"}
    owners = {clouds.new.network.ports.get(row["internal_port_id"])["name"] for row in found}
    assert owners == {"shop-port-2"}
    assert unexpected(moved, item) == set()


def test_a_rollback_gives_the_source_its_forwardings_back(clouds):
    before = [contents(cloud) for cloud in (clouds.old, clouds.new)]
    move = executed(clouds, draft(clouds), "floating_ip")
    for step in reversed(move._ordered()):
        move.undo(step)
    for cloud, rows in zip((clouds.old, clouds.new), before, strict=True):
        assert [line for line in changes_between(rows, contents(cloud)) if "port" in line] == []


def test_a_range_that_the_destination_does_not_know_is_named_and_the_rest_moves(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {RANGES})
    plan = draft(clouds)
    item = item_of(clouds, plan)
    reason = f"Cloud new lacks Neutron's extension {RANGES}."
    assert reason in [x["reason"] for x in item.losses if x["field"] == "port_forwardings"]
    moved = executed(clouds, plan, "floating_ip")
    assert [row["external_port"] for row in forwardings(clouds.new, item.name)] == [2222]
    assert unexpected(moved, item) == set()


def test_a_forwarding_to_a_port_that_does_not_move_is_named(clouds):
    port = clouds.old.network.ports.where(name="shop-port-2")[0]
    item = item_of(clouds, draft(clouds))
    assert len(item.requires["create"]) > 2
    port["device_owner"] = "network:something"
    losses = {x["field"]: x["reason"] for x in item_of(clouds, draft(clouds)).losses}
    assert "not migrated" in losses["port_forwardings_elsewhere"]


def test_a_forwarding_by_a_router_of_another_project_is_named(clouds):
    router = clouds.old.network.routers.where(name="shop-router")[0]
    router["project_id"] = router["tenant_id"] = "another"
    losses = {x["field"] for x in item_of(clouds, draft(clouds)).losses}
    assert "port_forwardings_elsewhere" in losses


def test_an_address_stays_with_the_server_that_stays_and_has_its_ports(clouds):
    plan = draft(clouds, **{"server:shop-web-2": "skip"})
    assert item_of(clouds, plan).action == "skip"
    executed(clouds, plan, "router")
    assert len(clouds.old.network.forwardings.rows) == 2
