"""A host of one real cloud becomes a host of the other, with its servers left behind, and returns.

The steps: its servers move, Fuel removes it, its BMC boots it, Fuel discovers and deploys it.
"""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

import lab
from dashboard.clients.openstack import Cloud as Connection
from dashboard.hosts_app.fuel_masters import configured_fuel
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.nova import compute_services, host_of
from dashboard.jobs.models import Job
from lab.bmc import control
from tests.lab.conftest import run
from tests.lab.freed_host import (
    HOST,
    Boot,
    act,
    await_status,
    fuel_at_work,
    planned,
    put_back,
    server_of,
    servers_of,
    started,
)

PREFIX = f"reassignment-{uuid.uuid4().hex[:6]}"


@pytest.fixture(scope="module", autouse=True)
def _lab(source: Connection, destination: Connection) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, fuel_at_work():
        patch.setattr(settings, "PUMPHOUSE_CONFIG", str(lab.config_yaml_path()))
        patch.setattr(settings, "PUMPHOUSE_INVENTORY", str(lab.inventory_yaml_path()))
        yield
        put_back(source, destination)


@pytest.fixture(scope="module")
def boot(source: Connection) -> Iterator[Boot]:
    with servers_of(source, PREFIX) as boot_server:
        yield boot_server


@pytest.fixture(scope="module")
def servers(source: Connection, boot: Boot) -> dict[str, str]:
    """The servers of the host by id, with the status that each must keep."""
    stopped = boot()
    act(source, stopped, "os-stop")
    await_status(source, stopped, "SHUTOFF")
    return {boot(): "ACTIVE", stopped: "SHUTOFF"}


@pytest.fixture(scope="module")
def moved(clouds: dict[str, Cloud], servers: dict[str, str]) -> Job:
    """The job that has moved the host to dst."""
    return run(started(clouds["src"], destination="dst"))


def test_the_plan_tells_every_server_and_what_fuel_redeploys(
    clouds: dict[str, Cloud], servers: dict[str, str]
) -> None:
    plan = planned(clouds["src"], destination="dst")
    lines = [f"{line['subject']}: {line['fate']}, {line['why']}" for line in plan.lines]
    assert [line["number"] for line in plan.lines] == [*range(1, len(lines) + 1)]
    assert sum(line.startswith(PREFIX) for line in lines) == len(servers)
    assert any("runs the deployment on src-c1, src-c2, src-control too" in line for line in lines)
    assert not plan.refusals


def test_its_servers_run_on_other_hosts_of_its_cloud_as_they_were(
    source: Connection, moved: Job, servers: dict[str, str]
) -> None:
    for id_, status in servers.items():
        server = server_of(source, id_)
        assert server["status"] == status
        assert host_of(server) not in (HOST, "")


def test_the_source_knows_it_no_more_and_the_destination_does(
    source: Connection, destination: Connection, moved: Job, clouds: dict[str, Cloud]
) -> None:
    assert HOST not in [service.host for service in compute_services(source)]
    assert not source.get("placement", f"/resource_providers?name={HOST}", "resource_providers")
    service = next(one for one in compute_services(destination) if one.host == HOST)
    assert service.takes_servers
    assert clouds["dst"].hosts.filter(name=HOST, is_up=True).exists()
    assert not clouds["src"].hosts.filter(name=HOST).exists()


def test_a_server_boots_on_it_in_the_destination(destination: Connection, moved: Job) -> None:
    with servers_of(destination, PREFIX) as boot_there:
        assert host_of(server_of(destination, boot_there())) == HOST


def test_fuel_shows_it_laid_out_as_it_was(moved: Job) -> None:
    fuel, record = configured_fuel(), moved.reassignment
    node = fuel.node_with_fqdn(HOST)
    assert node and node.roles == ("compute",)
    assert fuel.environment(node.environment_id).name == "dst-cloud"
    assert names(fuel.interfaces(node.id)) == names(record.interfaces)
    assert fuel.environment_named("src-cloud").status == "operational"


def names(interfaces: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {
        face["name"]: [network["name"] for network in face["assigned_networks"]]
        for face in interfaces
    }


def test_its_bmc_was_told_to_boot_it_from_the_network_once(moved: Job) -> None:
    log = control.log(HOST)
    assert sum("set boot pxe" in line for line in log) == 1
    assert sum("starts from network" in line for line in log) == 1


def test_both_clouds_are_sane(moved: Job) -> None:
    checks = [
        subprocess.Popen([sys.executable, "-m", "lab", "check", name], stdout=subprocess.PIPE)
        for name in ("src", "dst")
    ]
    for check in checks:
        output = check.communicate(timeout=300)[0]
        assert check.returncode == 0, output.decode()


def test_it_goes_back_the_same_way(
    source: Connection, clouds: dict[str, Cloud], moved: Job
) -> None:
    run(started(clouds["dst"], destination="src"))
    service = next(one for one in compute_services(source) if one.host == HOST)
    assert service.takes_servers
    assert configured_fuel().node_with_fqdn(HOST).environment_id == 1
