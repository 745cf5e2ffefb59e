"""Virtual environments: one for each release, holding exactly what its constraints file lists."""

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
    """The file that lists a release's whole environment."""
    path = LAB / f"constraints-{release}.txt"
    if not path.exists():
        raise LabError(f"no {path.name} for release {release}")
    return path


def is_complete(cloud: Cloud) -> bool:
    """Whether the environment was installed to its end from the present constraints."""
    stamp = cloud.venv / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint(cloud)


def install(cloud: Cloud) -> None:
    """Make the environment anew, unless it is complete."""
    if is_complete(cloud):
        return
    wanted = str(constraints(cloud.release))
    python = str(cloud.venv / "bin" / "python")
    cloud.venv.parent.mkdir(parents=True, exist_ok=True)
    # Nothing is to be resolved: the file lists everything.
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
    """Where an environment's modules are."""
    found = list(cloud.venv.glob("lib/python3.*/site-packages"))
    if len(found) != 1:
        raise LabError(f"{cloud.venv} is not a virtual environment; run: python3 -m lab install")
    return found[0]


def link_hypervisor(cloud: Cloud) -> None:
    """Put the lab's virt driver where Nova looks.

    Nova imports drivers only from inside its own package nova.virt. The link is absolute and
    renewed at each start, so an environment serves one checkout at a time.
    """
    link = site_packages(cloud) / "nova" / "virt" / "lab_hypervisor.py"
    fresh = link.with_name(f".lab_hypervisor.{os.getpid()}.{cloud.name}")
    fresh.symlink_to(LAB / "plugins" / "lab_hypervisor.py")
    fresh.replace(link)


def newest() -> Cloud:
    """The cloud of the newest release: its environment has a client that works with all."""
    return max(CLOUDS.values(), key=lambda cloud: cloud.release)


def _quicken_messaging(cloud: Cloud) -> None:
    """Look for RPC replies every 10 ms.

    Releases of oslo.messaging from about 16 to 17.3 look every 0.5 s: a boot takes 7 s, not 1.6.
    """
    path = site_packages(cloud) / "oslo_messaging" / "_drivers" / "amqpdriver.py"
    text = path.read_text()
    if "time.sleep(0.5)\n" in text:
        path.unlink()  # it may be a hard link into the installer's cache
        path.write_text(text.replace("time.sleep(0.5)\n", "time.sleep(0.01)\n"))


def _fingerprint(cloud: Cloud) -> str:
    return hashlib.sha256(constraints(cloud.release).read_bytes()).hexdigest()


def _python() -> str:
    return os.environ.get("PUMPHOUSE_LAB_PYTHON") or shutil.which("python3.11") or sys.executable


def _uv() -> list[str]:
    """The command for uv, which is some ten times as fast as pip; empty when there is none."""
    for command in (["uv"], [sys.executable, "-m", "uv"]):
        if not shutil.which(command[0]):
            continue
        if not subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
            return command
    return []
