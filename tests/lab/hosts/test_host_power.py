"""The power of real hosts' BMCs and what it takes to free real hosts, as rows have them."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

import lab
from dashboard.clients.inventory import read_inventory
from dashboard.clients.ipmi import Operation
from dashboard.clients.openstack import CloudSession
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import read_cloud
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.models import Cloud, Host
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.hosts_app.power.switching import start_power
from lab.bmc import control
from tests.lab.conftest import run
from tests.lab.host_servers import HostServers, servers_on_host, wait_until_host_is

# tests/servers has the same BMCs, and the rows of hosts are those of cheaper tests
pytestmark = pytest.mark.matrix

HOST, OTHER = "src-c2", "src-c1"


@pytest.fixture(autouse=True)
def _inventory(settings: Any) -> None:
    settings.PUMPHOUSE_INVENTORY = str(lab.inventory_yaml_path())


@pytest.fixture
def servers(source: CloudSession) -> Iterator[HostServers]:
    with servers_on_host(source, HOST, prefix=f"power-{uuid.uuid4().hex[:6]}") as found:
        yield found


@pytest.fixture
def _power_is_given_back(source: CloudSession) -> Iterator[None]:
    yield
    read_inventory(lab.inventory_yaml_path()).bmc_of(HOST).power_on()
    wait_until_host_is(source, HOST, up=True)


def row(cloud: Cloud, host: str) -> Host:
    return Host.objects.get(cloud=cloud, name=host)


def test_a_look_tells_power_and_which_host_to_free_next(
    clouds: dict[str, Cloud], servers: HostServers
) -> None:
    servers.boot()
    servers.boot(metadata={"pumphouse:maintenance": "cold"})
    run(start_host_discovery(clouds["src"]))
    full, empty = row(clouds["src"], HOST), row(clouds["src"], OTHER)
    assert (full.power, empty.power) == ("on", "on")
    assert full.evacuation_cost["rank"] > empty.evacuation_cost["rank"]
    cost = full.evacuation_cost
    assert (cost["servers"], cost["disk_gib"], cost["fits"]) == (2, 2, True)
    assert cost["vcpus_gained"] == 64
    assert cost["reason"] == "2 servers with 128 MiB of RAM, up to 2 GiB of disks"


def test_a_dead_bmc_hides_no_host(clouds: dict[str, Cloud]) -> None:
    control.freeze(OTHER)
    try:
        run(start_host_discovery(clouds["src"]))
    finally:
        control.thaw(OTHER)
    dead = row(clouds["src"], OTHER)
    assert dead.is_up and dead.power == "" and "does not answer" in dead.power_problem
    assert row(clouds["src"], HOST).power == "on"


def test_a_cloud_is_read_once(clouds: dict[str, Cloud]) -> None:
    connection = connect(clouds["src"])
    hosts = len(read_cloud(connection).services)
    assert connection.calls == {"compute": 5, "block_storage": 1, "placement": 2 * hosts}


@pytest.mark.usefixtures("_power_is_given_back")
def test_a_host_is_switched_off_under_its_name_and_on_again(
    source: CloudSession, clouds: dict[str, Cloud], servers: HostServers
) -> None:
    name, before = servers.get(servers.boot())["name"], len(control.log(HOST))
    plan = start_host_plan(clouds["src"], HOST, action="power_off")
    assert plan.plan_job
    run(plan.plan_job)
    plan.refresh_from_db()
    assert name in [line["subject"] for line in plan.lines]
    with pytest.raises(BadInput, match="nothing was done"):
        start_host_action(plan, confirmation="yes")
    run(start_host_action(plan, confirmation=HOST))
    assert row(clouds["src"], HOST).power == "off"
    wait_until_host_is(source, HOST, up=False)

    run(start_power(clouds["src"], HOST, Operation.BOOT_FROM_NETWORK))
    run(start_power(clouds["src"], HOST, Operation.ON))
    assert row(clouds["src"], HOST).power == "on"
    log = [line.partition(" ")[2] for line in control.log(HOST)[before:]]
    assert log.index("is off") < log.index("starts from network")
