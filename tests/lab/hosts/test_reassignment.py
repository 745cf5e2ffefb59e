"""A host of one real cloud becomes a host of the other, with its servers left behind, and returns.

The steps: its servers move, Fuel removes it, its BMC boots it, Fuel discovers and deploys it. On
the way there workers die by kill -9 in every step; nothing is done twice.
"""

import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

import lab
from dashboard.clients.fuel.objects import Task
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.hosts_app.compute.nova import compute_services, host_of, migrations
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.reassignment.smoke_test import missing_on
from dashboard.jobs.job_lists import cleaning_up_after
from dashboard.jobs.models import Job
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from lab.bmc import control
from lab.bmc.hosts import host_named
from lab.fuel import running
from tests.lab import killed_reassignment
from tests.lab.conftest import run
from tests.lab.freed_host import (
    ADMIN_VLAN,
    HOST,
    Boot,
    act,
    await_status,
    fuel_and_machines,
    planned,
    refusals,
    server_of,
    servers_of,
    started,
    told_to_switch,
)
from tests.support.dying import killed_at
from tests.support.fuel_masters import fuel_environment, node_with_fqdn

PREFIX = f"reassignment-{uuid.uuid4().hex[:6]}"
SRC, DST = 1, 2


@pytest.fixture(scope="module", autouse=True)
def _lab(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    with fuel_and_machines(source, destination):
        yield


@pytest.fixture(scope="module")
def boot(source: CloudSession) -> Iterator[Boot]:
    with servers_of(source, PREFIX) as boot_server:
        yield boot_server


@pytest.fixture(scope="module")
def servers(source: CloudSession, boot: Boot) -> dict[str, str]:
    """The servers of the host by id, with the status that each must keep."""
    stopped = boot()
    act(source, stopped, "os-stop")
    await_status(source, stopped, "SHUTOFF")
    return {boot(): "ACTIVE", stopped: "SHUTOFF"}


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
def killed(clouds: dict[str, Cloud], servers: dict[str, str], pumphouse_home: Path) -> Killed:
    """The job that moves the host to dst, run by one runner after the other until it is over."""
    files = {
        "PUMPHOUSE_CONFIG": str(lab.config_yaml_path()),
        "PUMPHOUSE_INVENTORY": settings.PUMPHOUSE_INVENTORY,
    }
    tasks = {task.id for environment in (SRC, DST) for task in ordered(environment)}
    lines = len(control.log(HOST))
    job = started(clouds["src"], destination="dst")
    deaths = [
        moment
        for moment in killed_reassignment.MOMENTS
        if killed_at(job, killed_reassignment, moment, home=pumphouse_home, **files)
    ]
    return Killed(run(job), deaths, tasks, lines)


@pytest.fixture(scope="module")
def moved(killed: Killed) -> Job:
    """The job that has moved the host to dst."""
    return killed.job


def test_the_plan_tells_every_server_and_what_fuel_redeploys(
    clouds: dict[str, Cloud], servers: dict[str, str]
) -> None:
    plan = planned(clouds["src"], destination="dst")
    lines = [f"{line['subject']}: {line['outcome']}, {line['why']}" for line in plan.lines]
    assert [line["number"] for line in plan.lines] == [*range(1, len(lines) + 1)]
    assert sum(line.startswith(PREFIX) for line in lines) == len(servers)
    assert any("also runs the deployment on src-c1, src-c2, src-control" in line for line in lines)
    assert not plan.refusals


def test_runners_died_at_every_moment(killed: Killed) -> None:
    assert killed.deaths == [*killed_reassignment.MOMENTS]


def test_its_servers_were_moved_once_and_run_on_other_hosts_as_they_were(
    source: CloudSession, moved: Job, servers: dict[str, str]
) -> None:
    for id_, status in servers.items():
        assert len(migrations(source, instance_uuid=id_)) == 1
        server = server_of(source, id_)
        assert server["status"] == status
        assert host_of(server) not in (HOST, "")


def test_the_source_knows_it_no_more_and_the_destination_does(
    source: CloudSession, destination: CloudSession, moved: Job, clouds: dict[str, Cloud]
) -> None:
    assert HOST not in [service.host for service in compute_services(source)]
    assert not source.get("placement", f"/resource_providers?name={HOST}", "resource_providers")
    service = next(one for one in compute_services(destination) if one.host == HOST)
    assert service.takes_servers
    assert clouds["dst"].hosts.filter(name=HOST, is_up=True, power="on").exists()
    assert not clouds["src"].hosts.filter(name=HOST).exists()


def test_the_probe_left_nothing(destination: CloudSession, moved: Job) -> None:
    names = [each["name"] for each in destination.list("compute", "/servers", "servers")]
    assert not [name for name in names if "probe" in name]


def test_a_server_boots_on_it_in_the_destination(destination: CloudSession, moved: Job) -> None:
    with servers_of(destination, PREFIX) as boot_there:
        assert host_of(server_of(destination, boot_there())) == HOST


def test_fuel_shows_it_laid_out_as_it_was(moved: Job) -> None:
    fuel, record = configured_fuel(), moved.reassignment
    node = node_with_fqdn(fuel, HOST)
    assert node and node.roles == ("compute",)
    assert fuel.environment(node.environment_id).name == "dst-cloud"
    assert names(fuel.interfaces(node.id)) == names(record.interfaces)
    assert fuel_environment(fuel, "src-cloud").status == "operational"


def names(interfaces: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {
        face["name"]: [network["name"] for network in face["assigned_networks"]]
        for face in interfaces
    }


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


def test_its_switch_port_was_moved_each_time_to_the_same_vlan(moved: Job) -> None:
    boots_by = next(face["mac"] for face in moved.reassignment.interfaces if face["pxe"])
    assert set(told_to_switch()) == {f"{HOST} {boots_by} {ADMIN_VLAN}"}


# the host has booted servers on both sides of it by then
@pytest.mark.matrix
def test_both_clouds_are_sane(moved: Job) -> None:
    checks = [
        subprocess.Popen([sys.executable, "-m", "lab", "check", name], stdout=subprocess.PIPE)
        for name in ("src", "dst")
    ]
    for check in checks:
        output = check.communicate(timeout=300)[0]
        assert check.returncode == 0, output.decode()


def test_what_stands_in_the_way_is_refused_in_the_plan(
    moved: Job, clouds: dict[str, Cloud], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "inventory.yaml"
    secret = host_named(HOST).bmc.password
    wrong.write_text(
        Path(settings.PUMPHOUSE_INVENTORY).read_text().replace(secret, "not-the-secret")
    )
    monkeypatch.setattr(settings, "PUMPHOUSE_INVENTORY", str(wrong))
    running.switch("busy", "src-cloud")
    told = refusals(planned(clouds["dst"], destination="src"))
    running.switch("restore")
    assert f"The BMC of {HOST} refused the password of admin." in told
    assert "Fuel is busy in environment src-cloud: task deploy" in told
    assert secret not in told


def test_a_server_that_came_after_the_plan_keeps_the_host_in_its_environment(
    moved: Job,
    clouds: dict[str, Cloud],
    destination: CloudSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evacuation, "EMPTY_SECONDS", 1)
    with servers_of(destination, PREFIX) as boot_there:
        job = started(clouds["dst"], destination="src")
        name = server_of(destination, boot_there())["name"]
        run(job, state="failed")
        assert f"{HOST} is not empty: " in job.explanation
        assert name in job.explanation  # others may have servers on the host too
        opening = cleaning_up_after(job)
        assert opening
        run(opening)
    node = node_with_fqdn(configured_fuel(), HOST)
    assert node and (node.status, node.pending_deletion) == ("ready", False)
    assert missing_on(destination, HOST) == ""


def test_what_fails_on_its_way_is_returned_to_where_it_came_from(
    moved: Job, clouds: dict[str, Cloud], destination: CloudSession
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


# test_round_trips has the way back with such troubles, too
@pytest.mark.matrix
def test_it_goes_back_although_fuel_is_busy_finds_it_late_and_fails_to_install_it(
    source: CloudSession, clouds: dict[str, Cloud], moved: Job
) -> None:
    job = started(clouds["dst"], destination="src")
    find_within(job, seconds=5)
    for order in (("busy", "dst-cloud"), ("fail", "discovery"), ("fail", "provision")):
        running.switch(*order)
    with mended_when(
        lambda: job.log.filter(message__startswith="Waiting for Fuel's task").exists()
    ):
        run(job, state="failed")
    assert f"Fuel has not discovered {HOST} within" in job.explanation
    assert "it was removed and has not been discovered since" in job.explanation

    running.switch("restore", "discovery")
    find_within(job, seconds=120)
    job = run(resume(job, requester=NOBODY), state="failed")
    assert "Provision has failed" in job.explanation
    assert "of environment src-cloud in Fuel: the installation of its operating system failed" in (
        job.explanation
    )

    run(resume(job, requester=NOBODY))
    assert missing_on(source, HOST) == ""
    node = node_with_fqdn(configured_fuel(), HOST)
    assert node and configured_fuel().environment(node.environment_id or 0).name == "src-cloud"


def find_within(job: Job, *, seconds: int) -> None:
    """Set the limit for the host to be discovered, which an operator sets in whole minutes."""
    Job.objects.filter(pk=job.pk).update(params={**job.params, "discovery_seconds": seconds})


@contextmanager
def mended_when(waits: Callable[[], bool]) -> Iterator[None]:
    """End the task that keeps Fuel busy, in a thread, once the job inside waits for it."""

    def watch() -> None:
        poll_until(lambda: waits() or None, what="the job to wait for Fuel", seconds=240)
        connection.close()
        running.switch("restore", "busy")

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        thread.join()
