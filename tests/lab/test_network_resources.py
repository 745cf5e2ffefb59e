"""Networks such as people build by hand move right, even when every record is lost once."""

import pytest

from dashboard.errors import Retryable
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.lab.unusual_network import COLLECTIONS, UnusualTenant

# test_rich_tenant and test_moving_a_tenant have most of it
pytestmark = pytest.mark.matrix
TYPES = ("project", "network", "subnet", "port", "router", "floating_ip", "security_group")


@pytest.fixture(scope="module")
def tenant(source, destination):
    tenant = UnusualTenant(source, destination)
    yield tenant
    tenant.clear()


@pytest.fixture(scope="module")
def before(tenant, take_inventory):
    """The ids of what there was: the tenant's own on the source, everything on the destination.

    The port of a router's gateway is neutron's and of no project: each gateway has a new one.
    """
    return {"source": tenant.ids(), "destination": take_inventory().ids()["destination"]}


@pytest.fixture(scope="module")
def moved(tenant, before, plan_move) -> Plan:
    """The plan, executed with the record of every create call lost once, and verified."""
    plan = plan_move(tenant.name)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "record_created", losing_each_first(ledger.record_created))
        run(Execute().start(plan))
    run(Verify().start(plan))
    plan.refresh_from_db()
    return plan


def losing_each_first(record_created):
    """Return a ``record_created`` that fails the first time for each entry, as in a crash."""
    seen = set()

    def record(entry, destination_id):
        if entry.pk not in seen:
            seen.add(entry.pk)
            raise Retryable("The record was lost.", retry_after=0)
        record_created(entry, destination_id)

    return record


@pytest.fixture
def on_destination(moved, tenant, destination):
    """Return a function that lists what the moved tenant has on the destination."""
    project_id = ledger.destination_id_of(moved, "project", tenant.project_id)

    def listed(collection, **query):
        key = collection.replace("-", "_")
        query = {"project_id": project_id, **query}
        return [*destination.list("network", f"/{collection}", key, **query)]

    return listed


def test_verify_finds_nothing_that_the_plan_had_not_named(moved):
    unnamed = moved.differences.filter(expected=False)
    assert [
        *unnamed.values_list("type", "name", "field", "source_value", "destination_value")
    ] == []


def test_there_is_one_of_each_although_every_record_was_lost_once(moved, tenant, on_destination):
    made = {collection: len(on_destination(collection)) for collection in COLLECTIONS}
    expected = {collection: len([*tenant.listed(collection)]) for collection in COLLECTIONS}
    # the balancer's port stays behind; the operator's subnet comes to the tenant
    expected |= {"ports": expected["ports"] - 1, "subnets": expected["subnets"] + 1}
    assert made == expected


def test_no_marker_is_left_in_a_description(on_destination):
    described = [each["description"] for name in COLLECTIONS for each in on_destination(name)]
    assert [text for text in described if text.startswith("pumphouse")] == []


def test_dhcp_is_on_where_it_was(on_destination):
    dhcp = {subnet["cidr"]: subnet["enable_dhcp"] for subnet in on_destination("subnets")}
    assert dhcp == {"10.1.0.0/24": True, "fd00:1::/64": True, "10.2.0.0/24": False}


def test_the_gateway_has_moved_with_its_address_and_its_route(
    moved, tenant, on_destination, source
):
    (router,) = on_destination("routers")
    gateway = router["external_gateway_info"]
    assert [fixed["ip_address"] for fixed in gateway["external_fixed_ips"]] == [tenant.gateway]
    assert gateway["enable_snat"] is False
    assert {route["nexthop"] for route in router["routes"]} == {tenant.external_router, "10.1.0.9"}
    old = source.get("network", f"/routers/{tenant.router['id']}", "router")
    assert old["external_gateway_info"] is None


def test_the_floating_ip_leads_to_the_same_address(tenant, on_destination):
    leads = {
        each["floating_ip_address"]: each["fixed_ip_address"]
        for each in on_destination("floatingips")
    }
    assert leads == {tenant.floating: "10.1.0.21", tenant.unused: None}


def test_a_rule_with_an_address_group_names_its_copy(moved, on_destination):
    losses = [loss for item in moved.items.filter(type="security_group") for loss in item.losses]
    assert losses == []
    (db,) = on_destination("security-groups", name="db")
    (addresses,) = on_destination("address-groups")
    tcp = [rule for rule in db["security_group_rules"] if rule["protocol"] in ("tcp", "6")]
    assert {rule["remote_address_group_id"] for rule in tcp} == {None, addresses["id"]}
    assert addresses["addresses"] == ["10.4.0.0/24"]


def test_a_port_of_a_load_balancer_is_named_as_staying_behind(moved):
    sentences = [*moved.findings.filter(type="port").values_list("sentence", flat=True)]
    assert len(sentences) == 1
    assert "Octavia" in sentences[0]


def test_rollback_puts_both_clouds_back(moved, before, tenant, take_inventory, source):
    run(Rollback().start(moved, confirmation=tenant.name))
    destination, now = before["destination"], take_inventory().ids()["destination"]
    assert {type_: now[type_] for type_ in TYPES} == {type_: destination[type_] for type_ in TYPES}
    assert tenant.ids() == before["source"]
    router = source.get("network", f"/routers/{tenant.router['id']}", "router")
    gateway = router["external_gateway_info"]
    assert [fixed["ip_address"] for fixed in gateway["external_fixed_ips"]] == [tenant.gateway]
    assert len(router["routes"]) == 2
    path = f"/floatingips/{tenant.floating_ip['id']}"
    floating = source.get("network", path, "floatingip")
    assert floating["port_id"] == tenant.floating_ip["port_id"]
    assert floating["fixed_ip_address"] == "10.1.0.21"


def test_an_address_that_the_destination_gave_away_blocks_the_plan(
    moved, tenant, plan_move, destination
):
    external = next(destination.list("network", "/networks", "networks", name="public"))
    body = {"floating_network_id": external["id"], "floating_ip_address": tenant.floating}
    taken = destination.post("network", "/floatingips", {"floatingip": body}, "floatingip")
    try:
        plan = plan_move(tenant.name)
        assert plan.state == Plan.State.BLOCKED
        (finding,) = plan.findings.filter(severity="block")
        assert f"The address {tenant.floating} is taken by network:floatingip" in finding.sentence
        assert "addresses: new" in finding.fix
    finally:
        destination.delete("network", f"/floatingips/{taken['id']}")
