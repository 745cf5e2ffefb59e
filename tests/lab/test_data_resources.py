"""Data such as people leave behind moves right, even when every record is lost once."""

import json

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.lab.test_network_resources import losing_each_first
from tests.lab.unusual_data import USER_DATA, UnusualTenant

# test_rich_tenant and test_moving_a_tenant have most of it
pytestmark = pytest.mark.matrix


@pytest.fixture(scope="module")
def tenant(source, destination):
    tenant = UnusualTenant(source, destination)
    yield tenant
    tenant.clear()


@pytest.fixture(scope="module")
def before(tenant, take_inventory):
    return take_inventory()


@pytest.fixture(scope="module")
def moved(tenant, before, plan_move) -> Plan:
    """The plan, executed with the record of every create call lost once, and verified."""
    plan = plan_move(tenant.name, options={"capture": "suspend"})
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "record_created", losing_each_first(ledger.record_created))
        run(Execute().start(plan))
    run(Verify().start(plan))
    plan.refresh_from_db()
    return plan


@pytest.fixture
def there(moved, destination):
    """Return a function that reads the counterpart of an object of the source."""
    where = {
        "image": ("image", "/images", ""),
        "server": ("compute", "/servers", "server"),
        "volume": ("block_storage", "/volumes", "volume"),
    }

    def read(type_name, source_id):
        service, path, key = where[type_name]
        microversion = "2.90" if service == "compute" else ""
        id_ = ledger.destination_id_of(moved, type_name, source_id)
        return destination.get(service, f"{path}/{id_}", key, microversion=microversion)

    return read


def losses(plan: Plan, source_id: str) -> set[str]:
    return {loss["field"] for loss in plan.items.get(source_id=source_id).losses}


def test_verify_finds_nothing_that_the_plan_had_not_named(moved):
    unnamed = moved.differences.filter(expected=False)
    shown = unnamed.values_list("type", "name", "field", "source_value", "destination_value")
    assert [*shown] == []


def test_there_is_one_of_each_although_every_record_was_lost_once(moved, before, take_inventory):
    now = take_inventory().ids()["destination"]
    # a list of all images leaves out the hidden one
    for type_, count in {"image": 2, "volume": 3, "server": 2}.items():
        assert len(now[type_] - before.ids()["destination"][type_]) == count, type_


def test_an_appliance_keeps_its_attributes_and_its_kernel(tenant, there):
    appliance = there("image", tenant.appliance_id)
    assert appliance["kernel_id"] == there("image", tenant.kernel_id)["id"]
    assert sorted(appliance["tags"]) == ["golden", "old"]
    assert (appliance["protected"], appliance["os_hidden"]) == (True, True)
    assert (appliance["hw_disk_bus"], appliance["favourite_colour"]) == ("scsi", "blue")
    assert "owner_specified.openstack.md5" not in appliance


def test_a_public_image_is_the_operators_again(tenant, there, destination):
    image = there("image", tenant.public_id)
    assert (image["visibility"], image["owner"]) == ("public", destination.project_id)


def test_the_paused_server_is_paused_and_the_running_one_runs(tenant, there):
    assert there("server", tenant.paused_id)["status"] == "PAUSED"
    assert there("server", tenant.running_id)["status"] == "ACTIVE"


def test_the_source_servers_are_halted_as_the_plan_said(moved, tenant, source):
    states = [
        source.get("compute", f"/servers/{id_}", "server")["status"]
        for id_ in (tenant.paused_id, tenant.running_id)
    ]
    assert states == ["PAUSED", "SUSPENDED"]


def test_interfaces_are_in_the_guests_order(moved, tenant, there, destination):
    addresses = there("server", tenant.paused_id)["addresses"]["lan"]
    first, second, _ = (ledger.destination_id_of(moved, "port", id_) for id_ in tenant.port_ids)
    macs = [
        destination.get("network", f"/ports/{id_}", "port")["mac_address"]
        for id_ in (second, first)
    ]
    assert [address["OS-EXT-IPS-MAC:mac_addr"] for address in addresses] == macs


def test_volumes_are_attached_and_go_with_the_server_that_they_went_with(tenant, there):
    attached = there("server", tenant.running_id)["os-extended-volumes:volumes_attached"]
    expected = {
        there("volume", tenant.root_id)["id"]: True,
        there("volume", tenant.data_id)["id"]: False,
    }
    assert {each["id"]: each["delete_on_termination"] for each in attached} == expected


def test_a_newcomer_owns_its_server_and_volumes(moved, tenant, there):
    newcomer = ledger.destination_id_of(moved, "user", tenant.newcomer_id)
    assert there("server", tenant.running_id)["user_id"] == newcomer
    assert there("volume", tenant.odd_id)["user_id"] == newcomer


def test_the_operator_owns_the_server_of_whom_the_destination_knew(
    moved, tenant, there, destination
):
    server = there("server", tenant.paused_id)
    assert server["user_id"] == destination.user_id
    assert server["key_name"] == f"{tenant.name}-key"
    assert "user_id" in losses(moved, tenant.paused_id)
    assert "user_id" not in losses(moved, tenant.running_id)


def test_the_key_that_was_lent_is_gone(moved, tenant, destination):
    keys = destination.list("compute", "/os-keypairs", "keypairs")
    assert f"{tenant.name}-key" not in {each["keypair"]["name"] for each in keys}


def test_a_missing_volume_type_is_named_and_read_only_is_kept(moved, tenant, there):
    odd = there("volume", tenant.odd_id)
    assert odd["volume_type"] != f"{tenant.name}-type"
    assert "volume_type" in losses(moved, tenant.odd_id)
    assert odd["metadata"]["readonly"].lower() == "true"


def test_a_blank_volume_does_not_remember_the_image_that_carried_it(tenant, there):
    assert there("volume", tenant.data_id).get("volume_image_metadata", {}) == {}
    assert there("volume", tenant.data_id)["bootable"] == "false"
    assert there("volume", tenant.root_id)["bootable"] == "true"


def test_user_data_moves_and_is_in_no_row(moved, tenant, there):
    for id_ in (tenant.paused_id, tenant.running_id):
        assert there("server", id_)["OS-EXT-SRV-ATTR:user_data"] == USER_DATA
    rows = [*moved.items.values("fields", "losses"), *moved.ledger_entries.values("stage_data")]
    assert USER_DATA not in json.dumps(rows)


def test_nothing_temporary_is_left(moved, tenant, before, take_inventory):
    now, then = take_inventory().ids(), before.ids()
    for type_ in ("image", "volume", "snapshot"):
        assert now["source"][type_] == then["source"][type_], type_
    assert now["destination"]["snapshot"] == then["destination"]["snapshot"]


def test_rollback_leaves_both_clouds_as_they_were(
    moved, tenant, before, source, destination, take_inventory, there
):
    hidden = there("image", tenant.appliance_id)["id"]
    run(Rollback().start(moved, confirmation=tenant.name))
    assert destination.find("image", f"/images/{hidden}") is None
    assert status(source, tenant.paused_id) == "PAUSED"
    assert status(source, tenant.running_id) == "ACTIVE"
    now, then = take_inventory().ids(), before.ids()
    for type_, ids in then["destination"].items():
        assert now["destination"][type_] == ids, type_
    for type_ in ("image", "volume", "snapshot", "server"):
        assert now["source"][type_] == then["source"][type_], type_


def status(cloud: CloudSession, server_id: str) -> str:
    return str(cloud.get("compute", f"/servers/{server_id}", "server")["status"])
