"""A host of the source that goes to the destination and comes back, with Fuel and its BMC.

The lab is left as it was found, however the tests end: Fuel's state is put back from a copy, and
the host's nova-compute to the cloud that it first belonged to.
"""

import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

import lab
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import compute_services, enable_service, providers_of, task_of
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import host_action_named
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.hosts_app.reassignment.smoke_test import missing_on
from dashboard.jobs.models import Job
from lab import processes
from lab.bmc.hosts import host_named
from lab.fuel import running
from lab.places import run_directory, write_private
from tests.lab.conftest import run

HOST = "src-c3"
ADMIN_VLAN = 100
Boot = Callable[..., str]


@contextmanager
def fuel_at_work() -> Iterator[None]:
    """Run the Fuel stand-in inside, and put its state back afterwards."""
    was_up = bool(processes.pids(running.GROUP).get(running.PROCESS))
    running.up()
    running.down()  # so that there is a state, and nobody changes it
    state = run_directory() / "fuel" / "state.json"
    before = state.with_name("state.before")
    shutil.copy(state, before)
    running.up()
    try:
        yield
    finally:
        running.down()
        before.replace(state)
        if was_up:
            running.up()


@contextmanager
def fuel_and_machines(source: CloudSession, destination: CloudSession) -> Iterator[None]:
    """Configure Fuel and the inventory while inside; put the host back afterwards."""
    with pytest.MonkeyPatch.context() as patch, fuel_at_work():
        patch.setattr(settings, "PUMPHOUSE_CONFIG", str(lab.config_yaml_path()))
        patch.setattr(settings, "PUMPHOUSE_INVENTORY", str(inventory_with_switch()))
        try:
            yield
        finally:
            put_back(source, destination)


def inventory_with_switch() -> Path:
    """Write the lab's inventory with a command that moves switch ports, and give its path.

    The lab has no switch: the command writes down what it was told.
    """
    folder = run_directory() / "switch"
    folder.mkdir(exist_ok=True)
    hook = folder / "to-vlan"
    hook.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(folder / "told"))}\n')
    hook.chmod(0o700)
    inventory = yaml.safe_load(lab.inventory_yaml_path().read_text())
    inventory["pumphouse"] = {"admin_vlan": ADMIN_VLAN, "switch_hook": str(hook)}
    (folder / "told").write_text("")
    write_private(folder / "inventory.yaml", yaml.safe_dump(inventory))
    return folder / "inventory.yaml"


def told_to_switch() -> list[str]:
    """Return what the switch's command was told, a line each time."""
    return (run_directory() / "switch" / "told").read_text().splitlines()


def put_back(source: CloudSession, destination: CloudSession, host: str = HOST) -> None:
    """Make a host a part of the source again, and of nothing else, by the lab's own orders."""
    if host_named(host).installed_cloud != "src":
        lab.compute("remove", "dst", host)
        for cloud in (source, destination):
            forget(cloud, host)
        lab.compute("add", "src", host)
    host_named(host).chassis.note_power("1")
    poll_until(lambda: takes_servers(source, host), what=f"{host} of src to be back", seconds=90)


def takes_servers(source: CloudSession, host: str = HOST) -> bool | None:
    """Return True once the scheduler of the source may choose a host; enables it if it must."""
    for service in compute_services(source):
        if service.host == host and not service.is_enabled:
            enable_service(source, service)
    return None if missing_on(source, host) else True


def forget(cloud: CloudSession, host: str) -> None:
    """Delete the records of a host that is no part of a cloud."""
    providers = providers_of(cloud, host)
    for service in compute_services(cloud):
        if service.host == host:
            cloud.delete("compute", f"/os-services/{service.id}", microversion="2.53")
    for provider in providers:
        with suppress(NeedsOperator):
            cloud.delete("placement", f"/resource_providers/{provider}")


def planned(
    cloud: Cloud, action: str = "reassign", *, host: str = HOST, **options: Any
) -> HostPlan:
    """Plan an action for the host, or another one, by its job."""
    plan = start_host_plan(cloud, host, action=action, options=options)
    run(plan.plan_job)
    plan.refresh_from_db()
    return plan


def started(cloud: Cloud, action: str = "reassign", *, host: str = HOST, **options: Any) -> Job:
    """Plan and start an action for the host, which nothing may stand in the way of."""
    plan = planned(cloud, action, host=host, **options)
    assert refusals(plan) == ""
    return start_host_action(plan, confirmation=host_action_named(action).to_type(plan))


def refusals(plan: HostPlan) -> str:
    """Return all sentences of what stands in the way."""
    return " ".join(f"{refusal['sentence']} {refusal['fix']}" for refusal in plan.refusals)


@contextmanager
def servers_of(cloud: CloudSession, prefix: str) -> Iterator[Boot]:
    """Return a function that boots a server on a host and gives its id; all go at the end."""
    image = cloud.post(
        "image", "/images", {"name": prefix, "disk_format": "raw", "container_format": "bare"}
    )["id"]
    cloud.upload(f"/images/{image}/file", b"\0" * 1024)
    flavor = {"flavor": {"name": prefix, "ram": 64, "vcpus": 1, "disk": 1}}
    flavor_id = cloud.post("compute", "/flavors", flavor, "flavor")["id"]
    ids: list[str] = []

    def boot(host: str = HOST) -> str:
        server = {
            "name": f"{prefix}-{len(ids)}",
            "imageRef": image,
            "flavorRef": flavor_id,
            "networks": "none",
            "host": host,
        }
        answer = cloud.post(
            "compute", "/servers", {"server": server}, "server", microversion="2.74"
        )
        ids.append(answer["id"])
        await_status(cloud, answer["id"], "ACTIVE")
        return str(answer["id"])

    try:
        yield boot
    finally:
        for id_ in ids:
            cloud.delete("compute", f"/servers/{id_}")
        for id_ in ids:
            gone = lambda id_=id_: None if cloud.find("compute", f"/servers/{id_}") else True  # noqa: E731
            poll_until(gone, what="deletion", seconds=60)
        cloud.delete("compute", f"/flavors/{flavor_id}")
        cloud.delete("image", f"/images/{image}")


def server_of(cloud: CloudSession, id_: str) -> dict[str, Any]:
    """Return a server as it is now."""
    return cloud.get("compute", f"/servers/{id_}", "server")


def act(cloud: CloudSession, id_: str, action: str) -> None:
    """Ask Nova for an action on a server."""
    cloud.post("compute", f"/servers/{id_}/action", {action: None})


def await_status(cloud: CloudSession, id_: str, status: str) -> None:
    """Wait until a server is idle in that status."""

    def there() -> bool | None:
        server = server_of(cloud, id_)
        return True if server["status"] == status and not task_of(server) else None

    poll_until(there, what=f"{id_} to become {status}", seconds=120)
