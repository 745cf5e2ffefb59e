"""Where the lab keeps things, and what the environment may change about it."""

import os
from pathlib import Path

LAB = Path(__file__).resolve().parent
REPOSITORY = LAB.parent


def run_directory() -> Path:
    """Everything the lab writes; may be removed after `down` for a pristine lab."""
    return Path(os.environ.get("PUMPHOUSE_LAB_DIR") or LAB / "run").absolute()


def venvs_directory() -> Path:
    """Virtual environments, which may be cached apart from the state."""
    chosen = os.environ.get("PUMPHOUSE_LAB_VENVS")
    return Path(chosen).absolute() if chosen else run_directory() / "venvs"


def port_shift() -> int:
    """Number added to every port, so that two labs fit on one machine."""
    return int(os.environ.get("PUMPHOUSE_LAB_PORT_SHIFT") or 0)


def token_cache_seconds() -> int:
    """How long services believe a token they have validated; 300 is upstream's default."""
    return int(os.environ.get("PUMPHOUSE_LAB_TOKEN_CACHE") or 300)


def service_down_seconds() -> int:
    """How long a service may be silent before it counts as down."""
    return int(os.environ.get("PUMPHOUSE_LAB_SERVICE_DOWN") or 60)


def log_directory(group: str) -> Path:
    """Logs of one cloud, or of the infrastructure."""
    return run_directory() / "log" / group


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read: most of what the lab writes holds passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
