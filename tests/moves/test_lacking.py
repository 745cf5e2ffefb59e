"""What the destination's services lack is named by the plan, and verification expects it."""

from dataclasses import replace

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_mtu_that_only_creation_shows_to_be_too_large_is_expected_by_verify(clouds):
    [network] = clouds.old.network.networks.where(name="shop-net")
    network["mtu"] = 9000
    plan = clouds.plan(NAME)
    warned = plan.findings.get(type="network", severity="warn").sentence
    assert warned.startswith("Network shop-net has MTU 9000; the largest on cloud new is 1450.")
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    assert plan.differences.filter(type="network", field="mtu", expected=True).exists()
    clouds.finalize(plan)


def test_dns_domains_of_ports_need_an_extension_of_their_own(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {"dns-domain-ports"})
    [port] = clouds.old.network.ports.where(name="shop-port-1")
    port["dns_domain"] = "shop.example."
    plan = clouds.plan(NAME)
    losses = {each["field"]: each["reason"] for each in plan.items.get(source_id=port["id"]).losses}
    assert "dns-domain-ports" in losses["dns_domain"]
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_a_server_group_behind_the_end_of_a_cut_list_is_found(clouds):
    [server] = clouds.old.compute.servers.where(name="shop-web-1")
    for name in ("first", "second", "apart"):
        clouds.old.compute.groups.rows[name] = {
            **clouds.old.compute.groups.fields.defaults(),
            **{"id": name, "name": name, "members": [server["id"]] if name == "apart" else []},
        }
    clouds.old.page_size = 1
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY
    assert plan.items.get(type="server_group", source_id="apart").action == "create"


def test_what_has_no_name_is_named_by_its_id_in_the_logs(clouds):
    [volume] = clouds.old.block_storage.volumes.where(name="shop-data")
    [plain] = clouds.old.network.networks.where(name="shop-plain")
    volume["name"] = plain["name"] = ""
    plan = clouds.plan(NAME)
    jobs = (clouds.execute(plan), clouds.roll_back(plan))
    lines = [line for job in jobs for line in job.log.values_list("message", flat=True)]
    assert any(line.startswith("Copied") and volume["id"] in line for line in lines)
    assert f"Removed network {plain['id']} from new." in lines
    assert not [line for line in lines if "  " in line or " ," in line]


def test_tags_need_an_extension(clouds):
    release = clouds.new.release
    clouds.new.release = replace(release, extensions=release.extensions - {"standard-attr-tag"})
    plan = clouds.plan(NAME)
    [network] = clouds.old.network.networks.where(name="shop-net")
    lost = {each["field"]: each for each in plan.items.get(source_id=network["id"]).losses}
    assert lost["tags"]["value"] == ["front", "shop net"]
    assert "standard-attr-tag" in lost["tags"]["reason"]
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_tags_that_the_destination_refuses_are_expected_by_verify(clouds):
    [network] = clouds.old.network.networks.where(name="shop-net")
    network["tags"] = ["x" * 61]
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [found] = plan.differences.filter(type="network", field="tags")
    assert found.expected
    assert "x" * 61 in found.source_value


def test_policies_of_an_extension_that_is_missing_are_left_out(clouds):
    release = clouds.new.release
    gone = {"qos", "address-group"}
    clouds.new.release = replace(release, extensions=release.extensions - gone)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY
    policy = plan.items.get(type="qos_policy", name="shop-gold")
    assert policy.losses[0]["reason"] == (
        "It is left out: cloud new lacks Neutron's extension qos."
    )
    [network] = clouds.old.network.networks.where(name="shop-net")
    losses = {
        each["field"]: each["reason"] for each in plan.items.get(source_id=network["id"]).losses
    }
    assert losses["qos_policy_id"] == "QoS policy shop-gold is left out."
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_rules_of_a_type_that_no_driver_has_are_named(clouds):
    clouds.new.network.qos.driver_types = ["dscp_marking"]
    plan = clouds.plan(NAME)
    [loss] = plan.items.get(type="qos_policy", name="shop-gold").losses
    assert loss["reason"] == "No driver of cloud new has rules of type bandwidth_limit."
    clouds.execute(plan)
    [policy] = clouds.new.network.qos.where(name="shop-gold")
    assert [rule["type"] for rule in policy["rules"]] == ["dscp_marking"]
    assert clouds.verify(plan) == []


def test_a_subnet_that_a_pool_of_others_has_no_room_for_blocks_the_plan(clouds):
    for cloud in (clouds.old, clouds.new):
        [pool] = [each for each in cloud.network.pools.rows.values() if "-pool" in each["name"]]
        pool["name"] = "everybodys"
    [pool] = clouds.old.network.pools.where(name="everybodys")
    pool["project_id"] = pool["tenant_id"] = "operators"
    plan = clouds.plan(NAME)
    [found] = plan.findings.filter(type="subnet", severity="block")
    assert "has 10.64.8.0/24" in found.sentence
    plan = clouds.plan(NAME, choices={"subnet_pool:everybodys": "skip"})
    assert plan.state == Plan.State.READY
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_flags_of_a_network_that_no_driver_supports_are_expected_by_verify(clouds):
    clouds.new.network.networks.driver_flags = set()
    [network] = clouds.old.network.networks.where(name="shop-net")
    network["vlan_transparent"] = True
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [found] = plan.differences.filter(type="network", field="vlan_transparent")
    assert found.expected
