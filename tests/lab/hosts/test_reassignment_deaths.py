"""Workers die by kill -9 in every step of a reassignment; it ends right, and nothing is done twice.

On the way back its installation fails, and the host is returned to where it came from.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

import lab
from dashboard.clients.fuel.objects import Task
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.compute.nova import host_of, migrations
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment.smoke_test import missing_on
from dashboard.jobs.models import Job
from lab.bmc import control
from lab.fuel import running
from tests.lab import killed_reassignment
from tests.lab.conftest import run
from tests.lab.freed_host import (
    ADMIN_VLAN,
    HOST,
    fuel_and_machines,
    planned,
    refusals,
    server_of,
    servers_of,
    started,
    told_to_switch,
)
from tests.support.dying import killed_at
from tests.support.fuel_masters import node_with_fqdn

PREFIX = f"deaths-{uuid.uuid4().hex[:6]}"
SRC, DST = 1, 2


@pytest.fixture(scope="module", autouse=True)
def _lab(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    with fuel_and_machines(source, destination):
        yield


@pytest.fixture(scope="module")
def server(source: CloudSession) -> Iterator[str]:
    with servers_of(source, PREFIX) as boot:
        yield boot()


@dataclass(frozen=True)
class Killed:
    """What came of the deaths: the job, the moments of death, and what was there before them."""

    job: Job
    deaths: list[str]
    tasks: set[int]
    lines: int


def ordered(environment: int) -> list[Task]:
    """Return the tasks of an environment that were orders, not parts of them."""
    return [task for task in configured_fuel().tasks(environment) if task.parent_id is None]


@pytest.fixture(scope="module")
def killed(clouds: dict[str, Cloud], server: str, pumphouse_home: Any) -> Killed:
    """The job, run by one runner after the other, each killed at another moment."""
    files = {
        "PUMPHOUSE_CONFIG": str(lab.config_yaml_path()),
        "PUMPHOUSE_INVENTORY": settings.PUMPHOUSE_INVENTORY,
    }
    tasks = {task.id for environment in (SRC, DST) for task in ordered(environment)}
    lines = len(control.log(HOST))
    job = started(clouds["src"], destination="dst")
    moments = killed_reassignment.MOMENTS
    deaths = [
        moment
        for moment in moments
        if killed_at(job, killed_reassignment, moment, home=pumphouse_home, **files)
    ]
    return Killed(run(job), deaths, tasks, lines)


def test_drivers_died_at_every_moment(killed: Killed) -> None:
    assert killed.deaths == [*killed_reassignment.MOMENTS]


def test_the_server_was_moved_once_and_runs(
    killed: Killed, source: CloudSession, server: str
) -> None:
    assert len(migrations(source, instance_uuid=server)) == 1
    assert server_of(source, server)["status"] == "ACTIVE"
    assert host_of(server_of(source, server)) != HOST


def test_fuel_got_each_order_once(killed: Killed) -> None:
    given = Counter(
        (environment, task.name)
        for environment in (SRC, DST)
        for task in ordered(environment)
        if task.id not in killed.tasks
    )
    assert given == {(SRC, "deploy"): 1, (DST, "provision"): 1, (DST, "deploy"): 1}


def test_the_host_booted_from_the_network_once(killed: Killed) -> None:
    lines = control.log(HOST)[killed.lines :]
    assert sum("starts from network" in line for line in lines) == 1


def test_its_switch_port_was_moved_each_time_to_the_same_vlan(killed: Killed) -> None:
    boots_by = next(face["mac"] for face in killed.job.reassignment.interfaces if face["pxe"])
    assert set(told_to_switch()) == {f"{HOST} {boots_by} {ADMIN_VLAN}"}


def test_the_host_is_one_of_the_destination_and_the_probe_left_nothing(
    killed: Killed, destination: CloudSession
) -> None:
    assert missing_on(destination, HOST) == ""
    names = [each["name"] for each in destination.list("compute", "/servers", "servers")]
    assert not [name for name in names if "probe" in name]


def test_what_fails_on_its_way_is_returned_to_where_it_came_from(
    killed: Killed, clouds: dict[str, Cloud], destination: CloudSession
) -> None:
    running.switch("fail", "provision")
    job = run(started(clouds["dst"], destination="src", probe=False), state="failed")
    assert "of environment src-cloud in Fuel: the installation of its operating system failed" in (
        job.explanation
    )
    assert "Return it to its source" in job.steps.get(key="provision").fix

    run(started(clouds["dst"], "return_to_source"))

    assert missing_on(destination, HOST) == ""
    node = node_with_fqdn(configured_fuel(), HOST)
    assert node and (node.environment_id, node.status) == (DST, "ready")
    assert "there is nothing to return" in refusals(planned(clouds["dst"], "return_to_source"))
