"""The requirements of the lab: root, and packages of the distribution.

Everything else is installed in virtual environments.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from lab import ceph
from lab.errors import LabError, NotPrepared
from lab.places import REPOSITORY

# An executable or file, and the package that has it.
NEEDED = {
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "mariadb": "mariadb-server",
    "rabbitmq-server": "rabbitmq-server",
    "epmd": "rabbitmq-server",
    "qemu-img": "qemu-utils",
}
# Without these, the lab has clouds but no BMCs.
USEFUL = {"ipmi_sim": "openipmi"}
# Only with PUMPHOUSE_LAB_CEPH; the modules are for the clouds' Python.
STORING = {
    "ceph-mon": "ceph-mon",
    "ceph-osd": "ceph-osd",
    "ceph": "ceph-common",
    "/usr/lib/python3/dist-packages/rados*": "python3-rados",
    "/usr/lib/python3/dist-packages/rbd*": "python3-rbd",
}
# To build packages of the older release that have no wheels.
BUILDING = {
    "gcc": "gcc",
    "/usr/include/stdio.h": "libc6-dev",
    "/usr/include/openssl/ssl.h": "libssl-dev",
    f"{sysconfig.get_config_var('INCLUDEPY')}/Python.h": "python3-dev",
}
# Not for the lab, but for the tests: a browser, servers besides MariaDB, and a network.
TESTING = {
    "nft": "nftables",
    "ping": "iputils-ping",
    "chromium": "chromium",
    "redis-server": "redis-server",
    "/usr/lib/postgresql/*/bin/postgres": "postgresql",
}
INSTALL = ("apt-get", "install", "--no-install-recommends")
POLICY = Path("/usr/sbin/policy-rc.d")


def missing_packages(wanted: Mapping[str, str] = NEEDED) -> list[str]:
    """Return the packages whose executable, or file if a path is given, is missing."""
    return sorted({package for name, package in wanted.items() if not _is_there(name)})


def _is_there(name: str) -> bool:
    path = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    if name.startswith("/"):
        return any(Path("/").glob(name.removeprefix("/")))
    return bool(shutil.which(name, path=path))


def check() -> None:
    """Return in one line what must be done first, "" if nothing."""
    missing = missing_packages(NEEDED | (STORING if ceph.is_chosen() else {}))
    if missing:
        names = " ".join(missing)
        raise NotPrepared(
            f"missing apt packages: {names}; install them with: {' '.join(INSTALL)} {names}"
        )
    if os.geteuid() != 0:
        # Otherwise the services need sudo and rootwrap for many operations.
        raise NotPrepared("must run as root; use: sudo -E python3 -m lab ...")


def install_packages(*, for_tests: bool = False) -> None:
    """Install the missing packages without starting their daemons."""
    wanted = NEEDED | USEFUL | BUILDING | (STORING if ceph.is_chosen() else {})
    missing = missing_packages(wanted | (TESTING if for_tests else {}))
    if not missing:
        return
    if os.geteuid() != 0:
        _again_as_root(*(["tests"] if for_tests else []))
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    with daemons_not_started():
        for command in (["apt-get", "update", "-q"], [*INSTALL, "-q", "-y", *missing]):
            if subprocess.run(command, env=environment, check=False).returncode:
                raise LabError(f"{' '.join(command)} failed")


@contextlib.contextmanager
def daemons_not_started() -> Iterator[None]:
    """Prevent apt from starting MariaDB, RabbitMQ and others, some of them on all interfaces."""
    before = POLICY.read_bytes() if POLICY.exists() else None
    mode = POLICY.stat().st_mode if before is not None else 0o755
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        if before is None:
            POLICY.unlink()
        else:
            POLICY.write_bytes(before)
            POLICY.chmod(mode)


def _again_as_root(*words: str) -> None:
    if not shutil.which("sudo"):
        raise NotPrepared("installing packages needs root or sudo")
    command = ["sudo", sys.executable, "-m", "lab", "packages", *words]
    if subprocess.run(command, cwd=REPOSITORY, check=False).returncode:
        raise LabError("installing packages with sudo failed")
