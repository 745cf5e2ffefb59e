"""A compute host of a real cloud dies: its servers run elsewhere once it is certainly off."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import lab
from dashboard.clients.inventory import read_inventory
from dashboard.clients.ipmi import Bmc
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.errors import BadInput, NeedsOperator
from dashboard.hosts_app.compute.nova import compute_service, migrations, servers_on
from dashboard.hosts_app.compute.room import taken_on
from dashboard.hosts_app.maintenance import OFF, open_host, start_maintenance
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.hosts_app.rescue.fencing import require_fenced
from dashboard.jobs.models import Job, Step
from dashboard.jobs.operating import retry_step
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.states import StepState
from lab.bmc import control
from tests.lab import killed_evacuation
from tests.lab.conftest import run
from tests.lab.host_servers import HostServers, servers_on_host, wait_until_host_is
from tests.lab.killed_evacuation import ASKED
from tests.support.dying import killed_at

HOST = "src-c3"
WRITTEN = b"written by the guest"


@pytest.fixture(scope="module", autouse=True)
def _inventory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "PUMPHOUSE_INVENTORY", str(lab.inventory_yaml_path()))
        yield


@pytest.fixture(scope="module")
def servers(source: CloudSession) -> Iterator[HostServers]:
    prefix = f"dead-host-{uuid.uuid4().hex[:6]}"
    with servers_on_host(source, HOST, prefix=prefix) as found:
        yield found


@pytest.fixture
def _host_is_put_back(source: CloudSession, servers: HostServers) -> Iterator[None]:
    with put_back_afterwards(source, servers):
        yield


@dataclass(frozen=True)
class Dead:
    """The dead host: a server whose disk is lost with it, one on a volume, and why no plan could
    be made while it was alive."""

    lost: str
    kept: str
    refused_alive: str


@pytest.fixture(scope="module")
def dead(source: CloudSession, clouds: dict[str, Cloud], servers: HostServers) -> Iterator[Dead]:
    with put_back_afterwards(source, servers):
        lost, kept = servers.boot(), servers.boot_from_volume()
        refused_alive = refusals(plan_for(clouds["src"]))
        die(source)
        yield Dead(lost, kept, refused_alive)


@contextmanager
def put_back_afterwards(source: CloudSession, servers: HostServers) -> Iterator[None]:
    try:
        yield
    finally:
        lab.compute("start", "src", HOST)
        bmc().power_on()
        bring_back(source)
        servers.remove_servers()


def bmc() -> Bmc:
    return read_inventory(lab.inventory_yaml_path()).bmc_of(HOST)


def bring_back(source: CloudSession) -> None:
    """Open the host as soon as it has dropped what it had; Nova sees it up a while later."""

    def opened() -> bool | None:
        with suppress(NeedsOperator):
            open_host(source, HOST)
            return True
        return None

    poll_until(opened, what=f"{HOST} to be opened", seconds=120)
    wait_until_host_is(source, HOST, up=True)


def die(source: CloudSession) -> None:
    """Kill the host's nova-compute; its BMC still says that it is on."""
    lab.compute("stop", "src", HOST)
    wait_until_host_is(source, HOST, up=False)


def plan_for(cloud: Cloud, **options: Any) -> HostPlan:
    plan = start_host_plan(cloud, HOST, action="rescue", options=options)
    assert plan.plan_job
    run(plan.plan_job)
    plan.refresh_from_db()
    return plan


def refusals(plan: HostPlan) -> str:
    assert plan.state == HostPlan.State.REFUSED
    return " ".join(refusal["sentence"] for refusal in plan.refusals)


def kill_driver(job: Job, home: Path) -> None:
    """Kill a runner of the job right after it has asked Nova for something."""
    files = {"PUMPHOUSE_CONFIG": "", "PUMPHOUSE_INVENTORY": str(lab.inventory_yaml_path())}
    assert killed_at(job, killed_evacuation, ASKED, home=home, **files)


@pytest.mark.usefixtures("_host_is_put_back")
def test_the_servers_of_a_fenced_host_run_elsewhere_with_the_same_ids(
    source: CloudSession, clouds: dict[str, Cloud], servers: HostServers, pumphouse_home: Path
) -> None:
    expected = {
        servers.boot(): "ACTIVE",
        servers.boot("PAUSED"): "ACTIVE",
        servers.boot("SHUTOFF"): "SHUTOFF",
        servers.boot_from_volume(): "ACTIVE",
    }
    disk = lab.disk_path("src", next(iter(expected)))
    disk.write_bytes(WRITTEN)
    copies = len(servers_on(source, HOST))
    die(source)
    job = start_host_action(plan_for(clouds["src"], shared_storage=True), confirmation=HOST)
    kill_driver(job, pumphouse_home)
    run(job)

    for id_, status in expected.items():
        host, found = servers.place(id_)
        assert host not in (HOST, "") and found == status
        assert len(migrations(source, instance_uuid=id_)) == 1
    assert disk.read_bytes() == WRITTEN
    service = compute_service(source, HOST)
    assert service.is_ours and service.is_forced_down and not service.is_up
    assert any(line.endswith("set power 0") for line in control.log(HOST))

    opening = run(start_maintenance(clouds["src"], HOST, to=OFF), state="failed")
    assert f"still has its copies of {copies} servers" in opening.explanation
    bmc().power_on()
    bring_back(source)
    service = compute_service(source, HOST)
    assert service.takes_servers and not service.is_forced_down
    assert not expected.keys() & taken_on(source, HOST).keys()
    assert {servers.place(id_)[1] for id_ in expected} == {"ACTIVE", "SHUTOFF"}


@pytest.mark.matrix
def test_what_is_lost_must_be_typed(
    source: CloudSession, clouds: dict[str, Cloud], servers: HostServers, dead: Dead
) -> None:
    plan = plan_for(clouds["src"])
    why = {line["subject"]: line["why"] for line in plan.lines}
    assert "LOST" in why[servers.get(dead.lost)["name"]]
    assert "keep their data" in why[servers.get(dead.kept)["name"]]
    assert any(f"type: {HOST} loses 1 disk" in note for note in plan.notes)
    with pytest.raises(BadInput, match="loses 1 disk"):
        start_host_action(plan, confirmation=HOST)
    assert compute_service(source, HOST).is_enabled
    assert bmc().power_status() == "on"


@pytest.mark.matrix
def test_a_host_that_cannot_be_fenced_is_refused(
    source: CloudSession,
    clouds: dict[str, Cloud],
    dead: Dead,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    assert "is up: the host is not dead" in dead.refused_alive
    with pytest.raises(NeedsOperator, match="is powered on again"):
        require_fenced(source, HOST)
    control.freeze(HOST)
    try:
        assert "does not answer" in refusals(plan_for(clouds["src"]))
    finally:
        control.thaw(HOST)
    monkeypatch.setattr(settings, "PUMPHOUSE_INVENTORY", str(tmp_path / "inventory.yaml"))
    assert "There is no inventory" in refusals(plan_for(clouds["src"]))


@pytest.mark.matrix
def test_disks_that_are_said_to_be_shared_and_are_not_there_are_not_recreated(
    clouds: dict[str, Cloud], servers: HostServers, dead: Dead
) -> None:
    disk = lab.disk_path("src", dead.lost)
    elsewhere = disk.with_name("disk.elsewhere")
    disk.rename(elsewhere)
    job = start_host_action(plan_for(clouds["src"], shared_storage=True), confirmation=HOST)
    run(job, state="failed")
    assert "could not be rebuilt on another host" in job.explanation
    assert servers.place(dead.lost)[0] == HOST and not disk.exists()

    elsewhere.rename(disk)
    step = Step.objects.get(job=job, action="rebuild", state=StepState.FAILED)
    retry_step(step, requester=NOBODY)
    run(job)
    for id_ in (dead.lost, dead.kept):
        assert servers.place(id_) not in [(HOST, "ACTIVE"), (HOST, "ERROR")]
