"""The recorded tenant of a cloud of 2014 moves to a real cloud of today, back, and for good."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import lab
from dashboard.clients.openstack import CloudSession, Json
from dashboard.hosts_app.clouds import cloud_named, connect, register_clouds
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.storage.common.image_patches import change_image
from dashboard.migrations_app.seeding.cleanup import Leftovers, remove_leftovers
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.tenant import ACME, BROKEN, state_of

# in memory it moves in tests/moves; here, with all of its data, it takes minutes
pytestmark = pytest.mark.matrix

PREFIX, TODAY = "juno", "today"
POOLS = ("172.24.4.0/24", "172.25.0.0/24")
CHOICES = {"network:public": PREFIX, "network:partners": PREFIX, f"server:{BROKEN}": "skip"}
UNPROTECTED = {"op": "replace", "path": "/protected", "value": False}
LISTINGS = {
    "server": ("compute", "/servers/detail", "servers", {"all_tenants": "1"}),
    "volume": ("block_storage", "/volumes/detail", "volumes", {"all_tenants": "1"}),
    "snapshot": ("block_storage", "/snapshots/detail", "snapshots", {"all_tenants": "1"}),
    "image": ("image", "/images", "images", {}),
    "network": ("network", "/networks", "networks", {}),
    "port": ("network", "/ports", "ports", {}),
    "router": ("network", "/routers", "routers", {}),
    "floating_ip": ("network", "/floatingips", "floatingips", {}),
    "security_group": ("network", "/security-groups", "security_groups", {}),
    "flavor": ("compute", "/flavors/detail", "flavors", {"is_public": "None"}),
    "project": ("identity", "/projects", "projects", {}),
    "user": ("identity", "/users", "users", {}),
    "role": ("identity", "/roles", "roles", {}),
    "volume_type": ("block_storage", "/types", "volume_types", {"is_public": "None"}),
}


class ToTheLab(TwoClouds):
    """The stand-in as the source and the lab's cloud as the destination."""

    def __init__(self, juno: JunoCloud, path: Path) -> None:
        self.juno = juno
        entries = yaml.safe_load(lab.clouds_yaml_path().read_text())["clouds"]
        access = juno.access()
        old = {"region_name": "RegionOne", "auth": dict(access.auth)}
        # by a name of its own: other tests know the cloud by another file
        path.write_text(yaml.safe_dump({"clouds": {access.name: old, TODAY: entries["dst"]}}))
        register_clouds(path)
        self.source, self.destination = cloud_named(access.name), cloud_named(TODAY)


@dataclass(kw_only=True)
class Journey:
    """What was there before a move, after it, and after its way back."""

    clouds: ToTheLab
    before: tuple[Json, Json]
    moved: Plan
    differences: list[tuple[str, str, str]]
    states: dict[str, str]
    rolled_back: tuple[Json, Json]
    final: Plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("juno")


@pytest.fixture(scope="module")
def clouds(
    _own_pair: None, folder: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[ToTheLab]:
    """The stand-in, whose disks are real files, and the lab's destination with room for them."""
    status = subprocess.run([sys.executable, "-m", "lab", "status", "dst"], capture_output=True)
    if status.returncode:
        pytest.fail("The lab does not run; start it with: make lab-up")
    with django_db_blocker.unblock(), running_juno() as juno:
        write_disks(juno, folder)
        clouds = ToTheLab(juno, folder / "clouds.yaml")
        there = connect(clouds.destination)
        before = ids_of(there)
        network = add_pools(there)
        try:
            yield clouds
        finally:
            remove_new(there, before, network)


def write_disks(juno: JunoCloud, folder: Path) -> None:
    """Put a real qcow2 into each image of that format: a Glance of today looks into it."""
    juno.encode_disk = lambda data: qcow2(folder, data)
    glance = juno.state["glance"]
    for image in glance["images"]:
        if image["disk_format"] == "qcow2":
            data = juno.encode_disk(image["name"].encode())
            glance.setdefault("data", {})[image["id"]] = data
            image["size"] = len(data)


def qcow2(folder: Path, data: bytes) -> bytes:
    """Return a file in the format qcow2 of a disk that begins with these bytes."""
    raw, made = folder / "disk.raw", folder / "disk.qcow2"
    raw.write_bytes(data.ljust(64 * 1024, b"\0"))
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", raw, made], check=True)
    return made.read_bytes()


def add_pools(there: CloudSession) -> str:
    """Make the external network that both pools of the source are mapped to; return its id."""
    body = {"name": PREFIX, "router:external": True}
    network = there.post("network", "/networks", {"network": body}, "network")
    more = {"network_id": network["id"], "ip_version": 4, "gateway_ip": None, "enable_dhcp": False}
    for cidr in POOLS:
        there.post("network", "/subnets", {"subnet": {"cidr": cidr, **more}})
    return str(network["id"])


def ids_of(there: CloudSession) -> dict[str, set[str]]:
    """Return the ids of all objects of the destination by type."""
    return {
        type_: {each["id"] for each in there.list(service, path, key, **query)}
        for type_, (service, path, key, query) in LISTINGS.items()
    }


def remove_new(there: CloudSession, before: dict[str, set[str]], network: str) -> None:
    """Remove all that has come to the destination, which a finalized tenant does not leave."""

    def new(type_: str) -> list[Json]:
        service, path, key, query = LISTINGS[type_]
        found = there.list(service, path, key, **query)
        return [each for each in found if each["id"] not in before[type_]]

    for image in new("image"):
        change_image(there, image["id"], UNPROTECTED)
    leftovers = Leftovers(new("project"), new("user"), new("flavor"))
    remove_leftovers(there, leftovers, report=lambda _: None)
    for type_ in ("image", "role", "volume_type"):
        service, path, *_ = LISTINGS[type_]
        for each in new(type_):
            there.delete(service, f"{path}/{each['id']}")
    there.delete("network", f"/networks/{network}")


@pytest.fixture(scope="module")
def journey(clouds: ToTheLab) -> Journey:
    there = connect(clouds.destination)
    before = state_of(clouds.juno), ids_of(there)
    plan = clouds.plan("acme", choices=CHOICES)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    clouds.execute(plan)
    differences = clouds.verify(plan)
    states = states_of(there, plan)
    clouds.roll_back(plan)
    rolled_back = state_of(clouds.juno), ids_of(there)
    again = clouds.plan("acme", choices=CHOICES)
    clouds.execute(again)
    assert clouds.verify(again) == []
    clouds.finalize(again)
    return Journey(
        clouds=clouds,
        before=before,
        moved=fresh(plan),
        differences=differences,
        states=states,
        rolled_back=rolled_back,
        final=fresh(again),
    )


def states_of(there: CloudSession, plan: Plan) -> dict[str, str]:
    """Return the state of each moved server, by its name."""
    ids = plan.ledger_entries.filter(type="server").values_list("destination_id", flat=True)
    servers = [there.get("compute", f"/servers/{id_}", "server") for id_ in ids]
    return {server["name"]: server["status"] for server in servers}


def test_every_server_arrives_in_its_state(journey):
    assert journey.states == {
        **dict.fromkeys(("web-1", "web-2", "db-1", "bfv-1"), "ACTIVE"),
        **{"batch-1": "SHUTOFF", "paused-1": "PAUSED", "susp-1": "SUSPENDED"},
    }


def test_the_moved_tenant_is_equal(journey):
    assert journey.differences == []


def test_a_rollback_leaves_both_clouds_as_they_were(journey):
    assert journey.rolled_back == journey.before
    assert journey.moved.state == Plan.State.ROLLED_BACK


def test_finalizing_deletes_what_moved_and_nothing_of_others(journey):
    state = journey.clouds.juno.state
    assert {row["name"] for row in state["nova"]["servers"]} == {"app-1", "app-2", BROKEN}
    names = {row["name"] for row in state["glance"]["images"] if row["owner"] == ACME}
    assert names == {"bfv-1-snap", "never-uploaded"}
    assert journey.final.state == Plan.State.FINALIZED
