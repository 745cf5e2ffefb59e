"""Starts and stops clouds and their processes."""

import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from lab import (
    catalogue,
    ceph,
    databases,
    infrastructure,
    membership,
    processes,
    venvs,
)
from lab.bmc.hosts import HOSTS
from lab.clouds import CLOUDS, PORTS, Cloud, check_ports, cloud_named
from lab.commands import Command, environment
from lab.components import COMPONENTS
from lab.components.nova import compute_process, configure_host, erase_host
from lab.errors import LabError
from lab.fuel import running as fuel
from lab.membership import hosts_now
from lab.places import port_shift, run_directory, write_private
from lab.readiness import wait_for_login, wait_for_services
from lab.requirements import check

# Started before the rest: the catalogue must be filled through Keystone first, and a nova-compute
# that does not find the conductor waits 10 s before it retries.
FIRST = ("keystone", "nova-conductor")


def install(clouds: Iterable[Cloud]) -> None:
    """Create the virtual environments that are not complete."""
    _each(venvs.install, {cloud.release: cloud for cloud in clouds}.values())


def up(clouds: Iterable[Cloud]) -> None:
    """Start clouds, from scratch or from the last `down`; restart dead processes."""
    chosen = list(clouds)
    check()
    check_ports()
    run_directory().mkdir(parents=True, exist_ok=True)
    _keep_port_shift()
    install(chosen)
    fuel.write_connection_files()
    processes.forget_dead(infrastructure.GROUP)
    infrastructure.up()
    if ceph.is_chosen():
        processes.forget_dead(ceph.GROUP)
        ceph.up()
    _each(_up, chosen)


def down(clouds: Iterable[Cloud]) -> None:
    """Stop clouds and keep their state; with the last one also Fuel and the infrastructure."""
    _each(lambda cloud: _down(cloud), list(clouds))
    if not any(any(processes.pids(name).values()) for name in CLOUDS):
        fuel.down()
        ceph.down()
        infrastructure.down()


def compute(action: str, cloud: str, host: str) -> None:
    """Start, stop, add or remove one nova-compute; stop is abrupt, like a loss of power."""
    orders = {"start": _start_host, "stop": _stop_host, "add": add_host, "remove": remove_host}
    if action not in orders:
        raise LabError(f"unknown action {action}; use {', '.join(orders)}")
    if action in ("start", "stop") and host not in hosts_now(cloud_named(cloud)):
        raise LabError(f"no host {host} in {cloud}")
    orders[action](cloud, host)


def add_host(cloud: str, host: str) -> None:
    """Add a machine to a running cloud as a host, and start its nova-compute.

    If the machine has a BMC, it boots into it from then on.
    """
    chosen = cloud_named(cloud)
    membership.add_host(chosen, host)
    _forget_deleted_service(chosen, host)
    configure_host(chosen, host)
    _install(host, cloud)
    _start_host(cloud, host)


def remove_host(cloud: str, host: str) -> None:
    """Erase a host of a cloud: its nova-compute ends; its records in Nova remain."""
    if host in hosts_now(cloud_named(cloud)):
        _stop_host(cloud, host)
    membership.remove_host(cloud_named(cloud), host)
    erase_host(cloud_named(cloud), host)
    _install(host, "")


def start(cloud: str, process: str) -> None:
    """Start one process of a cloud, if it is not running."""
    chosen = cloud_named(cloud)
    _start(chosen, [_existing(chosen, process)])


def stop(cloud: str, process: str) -> None:
    """Stop one process of a cloud cleanly."""
    _signal(cloud, process, signal.SIGTERM)


def restart(cloud: str, process: str) -> None:
    """Stop and start one process, for example after a change of its configuration."""
    stop(cloud, process)
    start(cloud, process)


def commands(cloud: Cloud) -> dict[str, Command]:
    """Return the commands of all processes of a cloud by name."""
    return {
        name: command
        for component in COMPONENTS
        for name, command in component.processes(cloud).items()
    }


def _start_host(cloud: str, host: str) -> None:
    start(cloud, compute_process(host))


def _stop_host(cloud: str, host: str) -> None:
    _signal(cloud, compute_process(host), signal.SIGKILL)


def _forget_deleted_service(cloud: Cloud, host: str) -> None:
    """Remove the records of a host's earlier service, as archiving does.

    Nova looks up whether a server's host is up only by name. It may find a deleted service, and
    then refuses cold migrations.
    """
    infrastructure.sql(
        f"DELETE FROM services WHERE host = '{host}' AND deleted <> 0",
        database=f"{cloud.name}_nova",
    )


def _install(name: str, cloud: str) -> None:
    if machine := HOSTS.get(name):
        machine.directory.mkdir(parents=True, exist_ok=True)
        machine.install(cloud)


def _up(cloud: Cloud) -> None:
    processes.forget_dead(cloud.name)
    if not any(processes.pids(cloud.name).values()):
        for service in PORTS:
            processes.refuse_taken(cloud.port(service), f"{cloud.name} {service}")
    (cloud.directory / "lock").mkdir(parents=True, exist_ok=True)
    for component in COMPONENTS:
        component.configure(cloud)
    databases.create(cloud)
    _start(cloud, FIRST)
    session = wait_for_login(cloud)
    catalogue.fill(session)
    _start(cloud, commands(cloud))
    wait_for_services(session)


def _down(cloud: Cloud) -> None:
    processes.kill(cloud.name, processes.pids(cloud.name))
    processes.note(f"{cloud.name} down")


def _start(cloud: Cloud, names: Iterable[str]) -> None:
    venvs.link_hypervisor(cloud)
    running = processes.pids(cloud.name)
    known = commands(cloud)
    for name in names:
        if not running.get(name):
            processes.start(cloud.name, name, known[name], environment(cloud))


def _signal(cloud: str, process: str, first: signal.Signals) -> None:
    processes.kill(cloud, [_existing(cloud_named(cloud), process)], first=first)


def _existing(cloud: Cloud, process: str) -> str:
    if process not in commands(cloud):
        raise LabError(f"no process {process} in {cloud.name}; {', '.join(commands(cloud))}")
    return process


def _keep_port_shift() -> None:
    """Refuse a changed port shift: the ports are also in the databases (endpoints, cells)."""
    path = run_directory() / "port_shift"
    if not path.exists():
        write_private(path, f"{port_shift()}\n")
    before = int(path.read_text())
    if before != port_shift():
        raise LabError(f"{run_directory()} was made with PUMPHOUSE_LAB_PORT_SHIFT={before}")


def _each(action: Callable[[Cloud], None], clouds: Iterable[Cloud]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(action, clouds))
