"""Starts, stops and switches the lab's Fuel stand-in.

It is one of the lab's processes; its state is in the run directory and survives `down`.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from lab import connection_files, processes
from lab.clouds import CLOUDS, MARIADB_PORT, Cloud, shifted
from lab.errors import LabError
from lab.fuel.master import Master
from lab.fuel.seeding import CloudInFuel, seed
from lab.passwords import password
from lab.places import REPOSITORY, run_directory

GROUP = "fuel"
PROCESS = "nailgun"
PORT = 18000
START_SECONDS = 10
SECONDS_PER_STEP = 1.0
LAB_COMMAND = [sys.executable, "-m", "lab"]
HOOKS = {
    "deployed": [*LAB_COMMAND, "compute", "add", "{cloud}", "{host}"],
    "removed": [*LAB_COMMAND, "compute", "remove", "{cloud}", "{host}"],
}


def address() -> str:
    """Return the URL of the stand-in: its API, its Keystone and its switches."""
    return f"http://127.0.0.1:{shifted(PORT)}"


def run(order: str, *words: str) -> int:
    """Run one command of the command line and return its exit code."""
    if order == "up":
        up()
    elif order == "down":
        down()
    else:
        print(json.dumps(switch(order, *words), indent=2))
    return 0


def up() -> None:
    """Start the stand-in, from scratch or from the last `down`; it now serves network boots."""
    processes.forget_dead(GROUP)
    if not processes.pids(GROUP).get(PROCESS):
        processes.refuse_taken(shifted(PORT), "the Fuel stand-in")
        environment = processes.clean_environment() | {"PYTHONPATH": str(REPOSITORY)}
        processes.start(GROUP, PROCESS, [sys.executable, "-m", "lab.fuel"], environment)
    processes.wait_until(
        "the Fuel stand-in",
        lambda: processes.listens(shifted(PORT)),
        group=GROUP,
        seconds=START_SECONDS,
    )
    announce()
    processes.note(f"Fuel answers at {address()}")


def announce() -> None:
    """Inform the lab's BMCs and clients that the stand-in answers at its address."""
    _network_boot_file().parent.mkdir(parents=True, exist_ok=True)
    _network_boot_file().write_text(f"{address()}/control/pxe\n")
    write_connection_files()


def withdraw() -> None:
    """Inform the BMCs that nothing serves network boots any more."""
    _network_boot_file().unlink(missing_ok=True)


def down() -> None:
    """Stop the stand-in; its state stays."""
    withdraw()
    processes.kill(GROUP, [PROCESS])
    # Its threads keep the port open for a moment after the process is gone.
    processes.wait_until(
        "the port of the Fuel stand-in to be free",
        lambda: not processes.listens(shifted(PORT)),
        group=GROUP,
        seconds=START_SECONDS,
        pause=0.05,
    )


def write_connection_files() -> None:
    """Write the files to connect to the lab, including Fuel once it was started."""
    login = {
        "host": "127.0.0.1",
        "port": shifted(PORT),
        "username": "admin",
        "password": password("fuel", use="fuel"),
    }
    connection_files.write_all(fuel=login if _network_boot_file().exists() else None)


def switch(*words: str) -> dict[str, Any]:
    """Switch what goes wrong or let a machine boot (lab.fuel.control); gives the state."""
    request = urllib.request.Request(f"{address()}/control/{'/'.join(words)}", b"", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
            state: dict[str, Any] = json.load(answer)
            return state
    except urllib.error.HTTPError as error:
        raise LabError(error.read().decode()) from None
    except OSError as error:
        raise LabError(f"the Fuel stand-in does not answer: {error}") from None


def make_master(state: Path | None = None, *, seconds: float = SECONDS_PER_STEP) -> Master:
    """Return the master of this run directory, or one whose state is in another file.

    A new one is seeded with the lab's clouds. Its tasks take a step every ``seconds``.
    """
    master = Master(
        state or run_directory() / "fuel" / "state.json",
        password=password("fuel", use="fuel"),
        seconds_per_step=seconds,
        hooks=HOOKS,
    )
    if not master.load():
        seed(master, [_in_fuel(cloud) for cloud in CLOUDS.values()])
    return master


def _in_fuel(cloud: Cloud) -> CloudInFuel:
    """Return a cloud of the lab for Fuel; its ports differ from Fuel's."""
    return CloudInFuel(
        name=cloud.name,
        hosts=cloud.hosts,
        password=password(cloud.name, use="admin"),
        address="127.0.0.1",
        keystone={
            "db_password": password(cloud.name, use="database"),
            "db_user": cloud.name,
            "db_name": f"{cloud.name}_keystone",
            "db_port": shifted(MARIADB_PORT),
            "public_port": cloud.port("keystone"),
        },
    )


def _network_boot_file() -> Path:
    """Return the file from which the BMCs read what serves network boots."""
    return run_directory() / "bmc" / "network_boot"
