"""Virtual environments: one per release, with exactly what its constraints file lists."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lab.clouds import CLOUDS, Cloud
from lab.errors import LabError
from lab.places import LAB
from lab.processes import note, run

STAMP = ".pumphouse-lab-constraints"


def constraints(release: str) -> Path:
    """Return the file that lists a release's complete environment."""
    path = LAB / f"constraints-{release}.txt"
    if not path.exists():
        raise LabError(f"{path.name} is missing for release {release}")
    return path


def is_complete(cloud: Cloud) -> bool:
    """Return whether the environment was completely installed from the current constraints."""
    stamp = cloud.venv / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint(cloud)


def install(cloud: Cloud) -> None:
    """Recreate the environment, unless it is complete."""
    if is_complete(cloud):
        return
    wanted = str(constraints(cloud.release))
    python = str(cloud.venv / "bin" / "python")
    cloud.venv.parent.mkdir(parents=True, exist_ok=True)
    # Nothing needs to be resolved: the file lists everything.
    if uv := _uv():
        run([*uv, "venv", "--quiet", "--clear", "--python", _python(), str(cloud.venv)])
        install_command = [*uv, "pip", "install", "--quiet", "--no-deps", "--python", python]
    else:
        run([_python(), "-m", "venv", "--clear", str(cloud.venv)])
        install_command = [python, "-m", "pip", "install", "--quiet", "--no-deps"]
    run([*install_command, "--requirement", wanted])
    _quicken_messaging(cloud)
    (cloud.venv / STAMP).write_text(_fingerprint(cloud))
    note(f"{cloud.release} installed")


def site_packages(cloud: Cloud) -> Path:
    """Return the directory of an environment's modules."""
    found = list(cloud.venv.glob("lib/python3.*/site-packages"))
    if len(found) != 1:
        raise LabError(f"{cloud.venv} is not a virtual environment; run: python3 -m lab install")
    return found[0]


def link_hypervisor(cloud: Cloud) -> None:
    """Link the lab's virt driver into Nova's package.

    Nova imports drivers only from its own package nova.virt. The link is absolute and renewed at
    each start, so an environment serves one checkout at a time.
    """
    link = site_packages(cloud) / "nova" / "virt" / "lab_hypervisor.py"
    fresh = link.with_name(f".lab_hypervisor.{os.getpid()}.{cloud.name}")
    fresh.symlink_to(LAB / "plugins" / "lab_hypervisor.py")
    fresh.replace(link)


def newest() -> Cloud:
    """Return the cloud of the newest release, whose environment has a client for all clouds."""
    return max(CLOUDS.values(), key=lambda cloud: cloud.release)


def _quicken_messaging(cloud: Cloud) -> None:
    """Patch oslo.messaging to poll for RPC replies every 10 ms.

    Its releases from about 16 to 17.3 poll every 0.5 s: a boot takes 7 s instead of 1.6 s.
    """
    path = site_packages(cloud) / "oslo_messaging" / "_drivers" / "amqpdriver.py"
    text = path.read_text()
    if "time.sleep(0.5)\n" in text:
        path.unlink()  # the file may be a hard link into the installer's cache
        path.write_text(text.replace("time.sleep(0.5)\n", "time.sleep(0.01)\n"))


def _fingerprint(cloud: Cloud) -> str:
    return hashlib.sha256(constraints(cloud.release).read_bytes()).hexdigest()


def _python() -> str:
    return os.environ.get("PUMPHOUSE_LAB_PYTHON") or shutil.which("python3.11") or sys.executable


def _uv() -> list[str]:
    """Return the command of uv, about ten times as fast as pip; empty if there is none."""
    for command in (["uv"], [sys.executable, "-m", "uv"]):
        if not shutil.which(command[0]):
            continue
        if not subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
            return command
    return []
