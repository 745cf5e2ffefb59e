"""A tenant with one of everything moves whole, and back, even when every record is lost once."""

from typing import Any

import pytest

from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader, find_tenant
from dashboard.migrations_app.resources.registry import resource_types
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.lab.rich import network, people
from tests.lab.rich.data import server
from tests.lab.rich.keys import PATTERN, disk_of, key_of
from tests.lab.rich.tenant import RichTenant
from tests.lab.test_network_resources import losing_each_first
from tests.support.cloud.seeded_fields import seeded_fields


@pytest.fixture(scope="module")
def tenant(source, destination):
    tenant = RichTenant(source, destination)
    yield tenant
    tenant.clear()


@pytest.fixture(scope="module")
def before(tenant, take_inventory, source):
    # Neutron makes a project's default group when somebody lists its groups for the first time
    query = {"project_id": tenant.people.other_id}
    assert len([*source.list("network", "/security-groups", "security_groups", **query)]) == 1
    return take_inventory().ids()


# what the role of administrators implies in later releases only; of grants to a project that
# has not moved, of storage that cannot write into a volume with snapshots, and what the lab's
# hypervisor calls a disk
LOST = {
    ("role_assignment", "effective_roles"),
    ("flavor_access", ""),
    ("image_member", ""),
    ("rbac_policy", ""),
    ("volume_snapshot", "volume_id"),
    ("server", "OS-EXT-SRV-ATTR:root_device_name"),
}


@pytest.fixture(scope="module")
def plan(tenant, before, plan_move) -> Plan:
    choices = {f"volume_type:{tenant.keys.type_name}": "create"}
    plan = plan_move(tenant.name, choices, options={"snapshots": "volumes"})
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    return plan


@pytest.fixture(scope="module")
def moved(plan) -> Plan:
    """The plan, executed with the record of every create call lost once, and verified."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "record_created", losing_each_first(ledger.record_created))
        run(Execute().start(plan))
    run(Verify().start(plan))
    plan.refresh_from_db()
    return plan


@pytest.fixture
def project_id(moved, tenant) -> str:
    """The id of the moved project."""
    return ledger.destination_id_of(moved, "project", tenant.project_id)


@pytest.fixture
def there(moved, destination):
    """Return a function that reads the copy of a server."""
    return lambda id_: server(destination, ledger.destination_id_of(moved, "server", id_))


@pytest.fixture(scope="module")
def answered(tenant, moved, source, destination) -> dict[str, dict[str, set[str]]]:
    """The fields that both clouds answer of the tenant's objects, by release and type."""
    clouds = {"2023.1": source, "2026.2": destination}
    readers = {
        release: TenantReader(cloud, find_tenant(cloud, tenant.name))
        for release, cloud in clouds.items()
    }
    return {
        release: {
            name: {field for record in type_.discover(reader) for field in record.fields}
            for name, type_ in resource_types().items()
        }
        for release, reader in readers.items()
    }


def only(found: Any) -> Any:
    (one,) = found
    return one


def test_only_what_no_api_can_carry_is_lost(plan):
    lost = {(item.type, loss["field"]) for item in plan.items.all() for loss in item.losses}
    assert lost == LOST


def test_verify_finds_nothing_that_the_plan_had_not_named(moved):
    unnamed = moved.differences.filter(expected=False)
    shown = unnamed.values_list("type", "name", "field", "source_value", "destination_value")
    assert [*shown] == []


@pytest.mark.parametrize("name", resource_types())
@pytest.mark.parametrize("release", ["2023.1", "2026.2"])
def test_every_field_that_services_answer_is_accounted_for(release, name, answered):
    type_ = resource_types()[name]
    known = {*type_.copied, *type_.mapped, *type_.own, *type_.lost}
    assert answered[release][name] - known == set()


@pytest.mark.parametrize("name", resource_types())
@pytest.mark.parametrize("release", ["2023.1", "2026.2"])
def test_the_cloud_in_memory_knows_every_field(release, name, answered):
    # what we note of a deleted flavor, and what only encrypted volumes have, of which it has none
    ours = {"was_deleted", "is_alone", "encryption", "is_key_readable", "encryption_key_id"}
    assert answered[release][name] - seeded_fields(release)[name] - ours == set()


def test_the_project_has_its_tags(project_id, destination):
    project = destination.get("identity", f"/projects/{project_id}", "project")
    assert project["tags"] == people.TAGS


def test_the_group_has_its_member_and_its_role(moved, tenant, project_id, destination):
    group_id = ledger.destination_id_of(moved, "group", tenant.people.group_id)
    member = only(destination.list("identity", f"/groups/{group_id}/users", "users"))
    assert member["name"] == f"{tenant.name}-by-group"
    query = {"group.id": group_id, "scope.project.id": project_id, "include_names": True}
    assigned = destination.list("identity", "/role_assignments", "role_assignments", **query)
    assert only(assigned)["role"]["name"] == "member"


def test_the_ec2_credential_is_the_same_and_in_no_row(moved, tenant, destination):
    user_id = ledger.destination_id_of(moved, "user", tenant.people.alone_id)
    path = f"/users/{user_id}/credentials/OS-EC2"
    copy = only(destination.list("identity", path, "credentials"))
    ours = tenant.people.credential
    assert (copy["access"], copy["secret"]) == (ours["access"], ours["secret"])
    rows = [*moved.items.values(), *moved.ledger_entries.values()]
    assert ours["secret"] not in repr(rows)


@pytest.mark.parametrize("collection", network.COLLECTIONS)
def test_the_network_has_one_of_each(collection, tenant, project_id, destination):
    ours = tenant.network.listed(collection)
    copies = network.listed(destination, collection, project_id)
    tags = sorted(each.get("tags", []) for each in ours)
    assert sorted(each.get("tags", []) for each in copies) == tags


def test_the_grant_waits_for_the_other_project(plan, tenant):
    (grant,) = plan.items.filter(type="rbac_policy")
    (loss,) = grant.losses
    assert loss["reason"] == f"It comes when project {tenant.name}-other moves."


def test_the_policy_has_its_rules_and_is_where_it_was(tenant, project_id, destination):
    policy = only(network.listed(destination, "qos/policies", project_id))
    types = {"bandwidth_limit", "dscp_marking"}
    assert {rule["type"] for rule in policy["rules"]} == types
    slow = only(network.listed(destination, "ports", project_id, name="slow"))
    lan = only(network.listed(destination, "networks", project_id, name="lan"))
    assert {slow["qos_policy_id"], lan["qos_policy_id"]} == {policy["id"]}


def test_the_subnet_is_of_its_pool(project_id, destination):
    pool = only(network.listed(destination, "subnetpools", project_id))
    subnet = only(network.listed(destination, "subnets", project_id, name="of-the-pool"))
    assert (subnet["subnetpool_id"], subnet["cidr"]) == (pool["id"], "10.30.7.0/24")


def test_the_forwarding_leads_to_the_same_port(tenant, project_id, destination):
    floating = only(network.listed(destination, "floatingips", project_id))
    forwarding = only(floating["port_forwardings"])
    wanted = {"external_port": 2222, "internal_port": 22, "protocol": "tcp"}
    assert {name: forwarding[name] for name in wanted} == wanted


def test_the_router_keeps_its_kind_and_its_helper(project_id, destination):
    router = only(network.listed(destination, "routers", project_id))
    path = f"/routers/{router['id']}/conntrack_helpers"
    helper = only(destination.list("network", path, "conntrack_helpers"))
    assert (router["ha"], helper["helper"]) == (True, "tftp")


def test_the_server_on_the_trunk_is_locked_in_its_group(tenant, there, destination):
    locked = there(tenant.data.locked)
    assert (locked["locked"], locked["locked_reason"]) == (True, "audit")
    path = f"/os-server-groups/{only(locked['server_groups'])}"
    group = destination.get("compute", path, "server_group", microversion="2.64")
    assert (group["name"], group["policy"]) == ("apart", "anti-affinity")


def test_the_deleted_flavor_is_made_again(tenant, there):
    flavor = there(tenant.data.orphan)["flavor"]
    assert (flavor["original_name"], flavor["ram"]) == (f"{tenant.name}-old", 64)
    assert flavor["extra_specs"] == {"quota:vif_outbound_average": "100"}


def test_the_shelved_server_is_shelved_with_its_volume(moved, tenant, there, source, destination):
    server_id, volume_id = tenant.data.orphan, tenant.data.volume["id"]
    copies = [there(server_id), server(source, server_id)]
    assert {each["status"] for each in copies} == {"SHELVED_OFFLOADED"}
    copy_id = ledger.destination_id_of(moved, "volume", volume_id)
    for cloud, id_ in ((source, volume_id), (destination, copy_id)):
        volume = cloud.get("block_storage", f"/volumes/{id_}", "volume")
        assert volume["status"] == "reserved"
    attached = copies[0]["os-extended-volumes:volumes_attached"]
    assert [each["id"] for each in attached] == [copy_id]


def test_the_volume_has_the_metadata_of_its_image(moved, tenant, destination):
    volume_id = ledger.destination_id_of(moved, "volume", tenant.data.volume["id"])
    volume = destination.get("block_storage", f"/volumes/{volume_id}", "volume")
    assert volume["volume_image_metadata"]["hw_disk_bus"] == "scsi"


def test_the_snapshot_is_a_volume_as_the_option_says(moved, tenant, destination):
    copy_id = ledger.destination_id_of(moved, "volume_snapshot", tenant.data.snapshot["id"])
    copy = destination.get("block_storage", f"/volumes/{copy_id}", "volume")
    assert (copy["name"], copy["metadata"]["kept"]) == ("monday", "yes")


def test_the_encrypted_volume_has_its_key_and_the_same_bytes(
    moved, tenant, project_id, source, destination
):
    ours = tenant.keys.volume["id"]
    copy_id = ledger.destination_id_of(moved, "volume", ours)
    key = key_of(source, tenant.project_id, ours)
    assert key_of(destination, project_id, copy_id) == key
    assert disk_of("dst", copy_id) == disk_of("src", ours)
    assert disk_of("dst", copy_id)[1] == PATTERN
    told = [*moved.items.values(), *moved.ledger_entries.values()]
    assert key.hex() not in repr(told)


def test_the_signed_image_names_the_copy_of_its_certificate(moved, tenant, project_id, destination):
    image_id = ledger.destination_id_of(moved, "image", tenant.keys.image["id"])
    secret_id = ledger.destination_id_of(moved, "secret", tenant.keys.secret_id)
    image = destination.get("image", f"/images/{image_id}")
    assert image["img_signature_certificate_uuid"] == secret_id
    path, accept = f"/secrets/{secret_id}/payload", {"Accept": "application/octet-stream"}
    reader = destination.scoped_to(project_id)
    payload = reader.exchange_bytes("GET", "key_manager", path, headers=accept)
    assert payload == tenant.keys.certificate


def test_a_second_plan_has_nothing_to_do(moved, tenant, plan_move):
    second = plan_move(tenant.name)
    assert [*second.items.filter(action="create").values_list("type", "name")] == []


def test_what_is_shared_comes_with_the_project_that_moves_second(moved, tenant, plan_move):
    """Grants that waited for the other project are made by its plan, once."""
    second = plan_move(f"{tenant.name}-other")
    run(Execute().start(second))
    run(Verify().start(second))
    granted = {"image_member", "rbac_policy", "flavor_access"}
    made = second.items.filter(type__in=granted, action="create")
    assert {*made.values_list("type", flat=True)} == granted
    assert [*second.differences.filter(expected=False).values_list("type", "field")] == []
    run(Rollback().start(second, confirmation=second.tenant_name))


def test_rollback_leaves_both_clouds_as_they_were(moved, tenant, before, take_inventory):
    run(Rollback().start(moved, confirmation=tenant.name))
    now = take_inventory().ids()
    for cloud in ("destination", "source"):
        for type_, ids in before[cloud].items():
            assert now[cloud][type_] == ids, (cloud, type_)
