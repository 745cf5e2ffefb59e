"""Real OpenStack clouds of different releases on loopback, side by side.

  python3 -m lab packages [tests]     install distribution packages (root or sudo)
  python3 -m lab install [CLOUD...]   create the virtual environments
  python3 -m lab up [CLOUD...]        from scratch or from the last `down`
  python3 -m lab status [CLOUD...]    processes and memory; exit code 1 if one is missing
  python3 -m lab check CLOUD          try what a migration needs
  python3 -m lab compute start|stop|add|remove CLOUD HOST
  python3 -m lab bmc up|down|status   the hosts' BMCs; `up` and `down` also do this
  python3 -m lab bmc log|freeze|thaw HOST
  python3 -m lab fuel up|down|status  a stand-in for the Fuel master of the clouds' hosts
  python3 -m lab fuel fail provision|deploy|discovery, busy ENVIRONMENT, restore, pxe HOST, logout
  python3 -m lab down [CLOUD...]      keeps the state

Without CLOUD, all clouds are meant. See docs/lab.md.
"""

import os
import subprocess
import sys

from lab import lifecycle, requirements, status, venvs
from lab.bmc import control
from lab.bmc.hosts import hosts_of
from lab.clouds import CLOUDS, Cloud, cloud_named
from lab.connection_files import clouds_yaml_path
from lab.errors import LabError, NotPrepared
from lab.fuel import running as fuel
from lab.places import REPOSITORY

# What manages the machines of the clouds.
BESIDE_CLOUDS = {"bmc": control.run, "fuel": fuel.run}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    try:
        return run(*(arguments or ["help"]))
    except NotPrepared as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def run(action: str, *names: str) -> int:
    """Run one command."""
    match action, names:
        case "packages", () | ("tests",):
            requirements.install_packages(for_tests=bool(names))
        case "install", _:
            lifecycle.install(chosen(names))
        case "up", _:
            lifecycle.up(chosen(names))
            if control.available():
                control.up(hosts_of(chosen(names)))
        case "down", _:
            control.down(hosts_of(chosen(names)))
            lifecycle.down(chosen(names))
        case "status", _:
            return 0 if status.report(chosen(names)) else 1
        case "check", (name,):
            return check(cloud_named(name))
        case "compute", (order, cloud, host):
            lifecycle.compute(order, cloud, host)
        case "bmc" | "fuel", (order, *words):
            return BESIDE_CLOUDS[action](order, *words)
        case _:
            print(__doc__)
            return 0 if action == "help" else 2
    return 0


def chosen(names: tuple[str, ...]) -> list[Cloud]:
    """Return the named clouds, or all if none is named."""
    return [cloud_named(name) for name in names or CLOUDS]


def check(cloud: Cloud) -> int:
    """Run the check with the newest environment's Python, which has openstacksdk."""
    environment = os.environ | {"OS_CLIENT_CONFIG_FILE": str(clouds_yaml_path())}
    command = [str(venvs.newest().venv / "bin" / "python"), "-m", "lab.check", cloud.name]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
