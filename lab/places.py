"""The lab's directories, and the options set by environment variables."""

import os
from pathlib import Path

LAB = Path(__file__).resolve().parent
REPOSITORY = LAB.parent


# between the ports of one pair of clouds and those of the next
_PORTS_OF_A_PAIR = 1000


def pair() -> int:
    """Return which pair of clouds this lab is, counted from 1: a machine can have several."""
    return int(os.environ.get("PUMPHOUSE_LAB_PAIR") or 1)


def run_directory() -> Path:
    """Return the directory of everything that the lab writes; remove it for a fresh lab."""
    first = _first_run_directory()
    return first if pair() == 1 else first.with_name(f"{first.name}-{pair()}")


def venvs_directory() -> Path:
    """Return the directory of virtual environments, which can be cached; all pairs share it."""
    chosen = os.environ.get("PUMPHOUSE_LAB_VENVS")
    return Path(chosen).absolute() if chosen else _first_run_directory() / "venvs"


def port_shift() -> int:
    """Return the number added to every port, so that two labs fit on one machine."""
    chosen = int(os.environ.get("PUMPHOUSE_LAB_PORT_SHIFT") or 0)
    return chosen + (pair() - 1) * _PORTS_OF_A_PAIR


def token_cache_seconds() -> int:
    """Return how long services cache a validated token; upstream's default is 300 s."""
    return int(os.environ.get("PUMPHOUSE_LAB_TOKEN_CACHE") or 300)


def service_down_seconds() -> int:
    """Return how many seconds of silence make a service count as down."""
    return int(os.environ.get("PUMPHOUSE_LAB_SERVICE_DOWN") or 60)


def log_directory(group: str) -> Path:
    """Return the directory of logs of one cloud, or of the infrastructure."""
    return run_directory() / "log" / group


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read: most of the lab's files contain passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _first_run_directory() -> Path:
    return Path(os.environ.get("PUMPHOUSE_LAB_DIR") or LAB / "run").absolute()
