"""A host is taken out of its Fuel environment, its servers first, and is put back into it."""

import uuid
from collections.abc import Iterator

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import compute_services, host_of
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment.smoke_test import missing_on
from dashboard.jobs.models import Job
from tests.lab.conftest import run
from tests.lab.freed_host import HOST, fuel_and_machines, planned, server_of, servers_of, started

ACTION = "remove_from_fuel"


@pytest.fixture(scope="module", autouse=True)
def _lab(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    with fuel_and_machines(source, destination):
        yield


@pytest.fixture(scope="module")
def server(source: CloudSession) -> Iterator[str]:
    with servers_of(source, f"removal-{uuid.uuid4().hex[:6]}") as boot:
        yield boot()


@pytest.fixture(scope="module")
def removed(clouds: dict[str, Cloud], server: str) -> Job:
    """The job that has removed the host."""
    return run(started(clouds["src"], ACTION))


def test_the_plan_tells_what_becomes_of_the_server(
    clouds: dict[str, Cloud], source: CloudSession, server: str
) -> None:
    plan = planned(clouds["src"], ACTION)
    name = server_of(source, server)["name"]
    assert [line["outcome"] for line in plan.lines if name in line["subject"]] == ["live migrate"]


def test_its_server_runs_on_another_host(source: CloudSession, removed: Job, server: str) -> None:
    assert server_of(source, server)["status"] == "ACTIVE"
    assert host_of(server_of(source, server)) not in (HOST, "")


def test_nothing_of_it_is_left_in_the_cloud(
    source: CloudSession, removed: Job, clouds: dict[str, Cloud]
) -> None:
    assert HOST not in [service.host for service in compute_services(source)]
    assert not source.get("placement", f"/resource_providers?name={HOST}", "resource_providers")
    assert not clouds["src"].hosts.filter(name=HOST).exists()


def test_fuel_has_it_as_a_node_that_may_be_used(removed: Job) -> None:
    node = configured_fuel().node_with_macs(removed.reassignment.macs)
    assert node and (node.environment_id, node.status, node.roles) == (None, "discover", ())


def test_it_comes_back(removed: Job, clouds: dict[str, Cloud], source: CloudSession) -> None:
    run(started(clouds["src"], "return_to_source"))
    node = configured_fuel().node_with_macs(removed.reassignment.macs)
    assert node and node.environment_id == removed.reassignment.source_environment
    assert missing_on(source, HOST) == ""
