"""Start, stop, freeze and show the lab's BMCs."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable

from lab import processes
from lab.bmc.chassis import OFF, ON
from lab.bmc.hosts import HOSTS, Host, host_named
from lab.bmc.simulator import PROGRAM
from lab.commands import Command
from lab.components.nova import compute_process
from lab.connection_files import write_inventory
from lab.errors import LabError, NotPrepared
from lab.places import REPOSITORY

GROUP = "bmc"
START_SECONDS = 10


def available() -> bool:
    """Return whether this machine can simulate BMCs."""
    return shutil.which(PROGRAM) is not None


def up(hosts: Iterable[Host] = tuple(HOSTS.values())) -> None:
    """Start the BMCs that are not running; a host whose nova-compute runs is on."""
    if not available():
        raise NotPrepared(f"{PROGRAM} is missing; install it with: python3 -m lab packages")
    write_inventory()
    chosen = list(hosts)
    processes.forget_dead(GROUP)
    for host in chosen:
        _note_power(host)
        if not processes.pids(GROUP).get(host.name):
            _start(host)
    for host in chosen:
        processes.wait_until(
            f"the BMC of {host.name}",
            host.bmc.answers,
            group=GROUP,
            seconds=START_SECONDS,
            pause=0.05,
        )
    processes.note(f"{len(chosen)} BMCs answer")


def down(hosts: Iterable[Host] = tuple(HOSTS.values())) -> None:
    """Stop the BMCs; their hosts stay as they are."""
    names = [host.name for host in hosts if processes.pids(GROUP).get(host.name)]
    for name in names:
        thaw(name)
    processes.kill(GROUP, names)


def freeze(name: str) -> None:
    """Suspend a BMC in the middle of what it does: its port stays open, but it does not answer."""
    os.kill(_pid(name), signal.SIGSTOP)


def thaw(name: str) -> None:
    """Resume a frozen BMC."""
    os.kill(_pid(name), signal.SIGCONT)


def log(name: str) -> list[str]:
    """Return the commands that a host's BMC got and their results, with the time of day."""
    path = host_named(name).chassis.directory / "log"
    return path.read_text().splitlines() if path.exists() else []


def report() -> bool:
    """Print each BMC with its host's power and boot device. Return False if one does not answer."""
    complete = True
    for host in HOSTS.values():
        answers = host.bmc.answers()
        power = "on" if host.chassis.power == ON else "off"
        print(
            f"  {host.name:<10} {'up' if answers else 'DOWN':<5} UDP {host.bmc.port}"
            f"  power {power:<4} next boot {host.chassis.boot:<6} {host.installed_cloud}"
        )
        complete = complete and answers
    return complete


def run(action: str, *names: str) -> int:
    """Run one command of ``python3 -m lab bmc`` and return its exit code."""
    chosen = [host_named(name) for name in names] or list(HOSTS.values())
    each: dict[str, Callable[[str], None]] = {"freeze": freeze, "thaw": thaw, "log": _print_log}
    if action == "up":
        up(chosen)
    elif action == "down":
        down(chosen)
    elif action == "status":
        return 0 if report() else 1
    elif action in each and names:
        for host in chosen:
            each[action](host.name)
    else:
        raise LabError("bmc up|down [HOST...], status, or log|freeze|thaw HOST...")
    return 0


def _start(host: Host) -> None:
    """Start a BMC. Its chassis program finds the lab through inherited environment variables."""
    command = host.bmc.configure()
    (host.chassis.directory / "switch.json").write_text(json.dumps(_switch_command(host)))
    processes.start(GROUP, host.name, command, processes.clean_environment())


def _switch_command(host: Host) -> Command:
    """Return the chassis program of this checkout, whatever the working directory."""
    return ["env", f"PYTHONPATH={REPOSITORY}", sys.executable, "-m", "lab.bmc.switch", host.name]


def _note_power(host: Host) -> None:
    cloud = host.installed_cloud
    running = cloud and processes.pids(cloud).get(compute_process(host.name))
    if running or not host.chassis.known:
        host.chassis.note_power(ON if running else OFF)


def _pid(name: str) -> int:
    host_named(name)
    pid = processes.pids(GROUP).get(name)
    if not pid:
        raise LabError(f"the BMC of {name} is not running; start it with: python3 -m lab bmc up")
    return pid


def _print_log(name: str) -> None:
    print("\n".join(log(name)))
