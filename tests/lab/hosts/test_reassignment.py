"""A host of one real cloud becomes a host of the other, with its servers left behind, and returns.

The steps: its servers move, Fuel removes it, its BMC boots it, Fuel discovers and deploys it.
"""

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from dashboard.clients.openstack import CloudSession, poll_until
from dashboard.hosts_app.compute.nova import compute_services, host_of
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
from tests.support.fuel_masters import fuel_environment, node_with_fqdn

BMC_LINES: list[int] = []
PREFIX = f"reassignment-{uuid.uuid4().hex[:6]}"


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


@pytest.fixture(scope="module")
def moved(clouds: dict[str, Cloud], servers: dict[str, str]) -> Job:
    """The job that has moved the host to dst."""
    BMC_LINES.append(len(control.log(HOST)))
    return run(started(clouds["src"], destination="dst"))


def test_the_plan_tells_every_server_and_what_fuel_redeploys(
    clouds: dict[str, Cloud], servers: dict[str, str]
) -> None:
    plan = planned(clouds["src"], destination="dst")
    lines = [f"{line['subject']}: {line['outcome']}, {line['why']}" for line in plan.lines]
    assert [line["number"] for line in plan.lines] == [*range(1, len(lines) + 1)]
    assert sum(line.startswith(PREFIX) for line in lines) == len(servers)
    assert any("also runs the deployment on src-c1, src-c2, src-control" in line for line in lines)
    assert not plan.refusals


def test_its_servers_run_on_other_hosts_of_its_cloud_as_they_were(
    source: CloudSession, moved: Job, servers: dict[str, str]
) -> None:
    for id_, status in servers.items():
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


def test_its_bmc_was_told_to_boot_it_from_the_network_once(moved: Job) -> None:
    lines = control.log(HOST)[BMC_LINES[0] :]
    assert sum("set boot pxe" in line for line in lines) == 1
    assert sum("starts from network" in line for line in lines) == 1


def test_its_switch_port_was_moved_once(moved: Job) -> None:
    boots_by = next(face["mac"] for face in moved.reassignment.interfaces if face["pxe"])
    assert told_to_switch() == [f"{HOST} {boots_by} {ADMIN_VLAN}"]


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
        assert f"{HOST} is not empty: {name}" in job.explanation
        opening = cleaning_up_after(job)
        assert opening
        run(opening)
    node = node_with_fqdn(configured_fuel(), HOST)
    assert node and (node.status, node.pending_deletion) == ("ready", False)
    assert missing_on(destination, HOST) == ""


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
