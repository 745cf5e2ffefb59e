#!/usr/bin/env python3
"""Measure what a command costs to start, and what idle processes take of the memory.

The cost is CPU time, user and system, as a multiple of a ``django.setup()`` of an empty project
that is measured in the same run. The exit code is 1 if a command costs more than it may. Memory is
the proportional set size of ``pumphouse up`` with one worker, in MB.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
START_SECONDS = 120
SETTLE_SECONDS = 10
PUMPHOUSE = "import sys; from dashboard.cli.main import main; sys.exit(main(sys.argv[1:]))"
EMPTY_PROJECT = "import django; django.setup()"
MOST = {"--version": 2.0, "--help": 2.0, "status": 3.0, "tenants src": 3.0}
CLOUDS = """
clouds:
  src: {auth: {auth_url: "http://127.0.0.1:1/v3", username: u, password: unused, project_name: p}}
  dst: {auth: {auth_url: "http://127.0.0.1:2/v3", username: u, password: unused, project_name: p}}
"""
# a cloud that has been read before, or the first list of tenants would read it
READ_BEFORE = """
import django; django.setup()
from dashboard.hosts_app.models import Cloud
Cloud.objects.update(state="reachable")
"""


def main() -> int:
    """Run the benchmark and print its table or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    parser.add_argument("--root", type=Path, default=ROOT, help="measure another checkout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        environment = prepared(Path(home), arguments.root)
        ratios = measure(environment, arguments.rounds)
        memory = idle_memory(environment)
    if arguments.json:
        print(json.dumps({"ratios": ratios, "megabytes": memory}))
    else:
        for command, ratio in ratios.items():
            print(f"{command:12} {ratio:.2f} times django.setup() (at most {MOST[command]})")
        print(", ".join(f"{name} {size:.0f} MB" for name, size in memory.items()), "idle")
    return 0 if all(ratio <= MOST[command] for command, ratio in ratios.items()) else 1


def prepared(home: Path, root: Path) -> dict[str, str]:
    """Return the environment of an installation that knows two clouds, beside an empty project."""
    clouds = home / "clouds.yaml"
    clouds.touch(mode=0o600)
    clouds.write_text(CLOUDS, encoding="utf-8")
    start = [sys.executable, "-m", "django", "startproject", "empty", str(home)]
    subprocess.run(start, check=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DATABASE")},
        "PUMPHOUSE_HOME": str(home / "home"),
        "PUMPHOUSE_CONFIG": str(clouds),
        "PYTHONPATH": f"{root}:{home}",
        "PYTHONSAFEPATH": "1",  # or the working directory would go before the checkout
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }
    run([sys.executable, "-c", PUMPHOUSE, "clouds"], environment)
    run([sys.executable, "-c", READ_BEFORE], environment)
    return environment


def measure(environment: dict[str, str], rounds: int) -> dict[str, float]:
    """Return the cost of each command as a multiple of the empty project's, each at its best."""
    empty = {**environment, "DJANGO_SETTINGS_MODULE": "empty.settings"}
    costs = {command: float("inf") for command in MOST}
    bare = float("inf")
    for _ in range(rounds):
        bare = min(bare, run([sys.executable, "-c", EMPTY_PROJECT], empty))
        for command in MOST:
            cost = run([sys.executable, "-c", PUMPHOUSE, *command.split()], environment)
            costs[command] = min(costs[command], cost)
    return {command: round(cost / bare, 2) for command, cost in costs.items()}


def run(command: list[str], environment: dict[str, str]) -> float:
    """Run a command and return the seconds of CPU that it took."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[3:]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def idle_memory(environment: dict[str, str]) -> dict[str, float]:
    """Start web server and workers, and return the memory of each kind of process."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-c", PUMPHOUSE, "up", "--bind", address, "--workers", "1"]
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        await_page(f"http://{address}/login/")
        time.sleep(SETTLE_SECONDS)  # the workers are ready later than the pages, unseen
        web, queue = (descendants(child) for child in sorted(children(parent.pid)))
        return {
            "parent": megabytes([parent.pid]),
            "web": megabytes(web),
            "workers": megabytes(queue),
        }
    finally:
        parent.terminate()
        parent.wait()


def await_page(url: str) -> None:
    """Return once the page is served; more than once, so that each web process has served it."""
    deadline = time.monotonic() + START_SECONDS
    served = 0
    while served < 10:
        try:
            with urllib.request.urlopen(url):  # noqa: S310
                served += 1
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def descendants(pid: int) -> list[int]:
    """Return a process and all below it."""
    return [pid, *(each for child in children(pid) for each in descendants(child))]


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in threads for child in (task / "children").read_text().split()]


def megabytes(pids: Iterable[int]) -> float:
    """Return the memory of processes; what they share is counted once."""
    maps = "".join(Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    kilobytes = sum(int(line.split()[1]) for line in maps.splitlines() if line.startswith("Pss:"))
    return round(kilobytes / 1000, 1)


def free_port() -> int:
    """Return a port of the loopback that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
