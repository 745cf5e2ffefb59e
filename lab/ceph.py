"""Ceph, as an option: one monitor and one OSD on a file, without a manager or a kernel module.

`PUMPHOUSE_LAB_CEPH=1` starts it with the clouds; a lab that has it keeps it. The clouds reach the
same cluster: one pool that both use, and one each. Everybody may log in, since Cinder's hosts would
read the keys below /etc/ceph, which is not the lab's to write.
"""

import json
import os
import shutil
import uuid
from pathlib import Path

from lab.clouds import CEPH_OSD_PORTS, CEPH_PORTS, CLOUDS, shifted
from lab.places import log_directory, run_directory, write_private
from lab.processes import clean_environment, kill, note, pids, refuse_taken, run, start, wait_until

GROUP = "ceph"
PROCESSES = ("ceph-mon", "ceph-osd")
SHARED = "shared"
"""The pool that the Cinders of both clouds use, and their back end and volume type there."""
OWN = "ceph"
"""The back end and volume type in a pool of the cloud's own."""
MODULES = Path("/usr/lib/python3/dist-packages")
# sparse: as large as all volumes of the tests can be
_BLOCK_BYTES = 40 * 1024**3
_SECONDS = 30


def directory() -> Path:
    """Return the directory of the cluster's data, and of what its clients read."""
    return run_directory() / "ceph"


def is_chosen() -> bool:
    """Return whether the lab has Ceph, or is to have it from the next `up` on."""
    return bool(os.environ.get("PUMPHOUSE_LAB_CEPH")) or directory().is_dir()


def configuration() -> Path:
    """Return the ceph.conf of servers and clients."""
    return directory() / "ceph.conf"


def own_pool(cloud: str) -> str:
    """Return the name of the pool that only one cloud uses."""
    return f"{cloud}-volumes"


def module_directory() -> Path:
    """Return the directory with the distribution's Python modules of Ceph, and nothing else."""
    return directory() / "python"


def command(*words: str, tool: str = "ceph") -> list[str]:
    """Return the command line of one of Ceph's tools."""
    return ["timeout", str(_SECONDS), tool, "--conf", str(configuration()), *words]


def bytes_written() -> int:
    """Return how many bytes clients have written since the OSD was started."""
    socket = directory() / f"osd.0.{pids(GROUP)['ceph-osd']}.asok"
    told = json.loads(run(command("--admin-daemon", str(socket), "perf", "dump", "osd")))
    return int(told["osd"]["op_w_in_bytes"] + told["osd"]["op_rw_in_bytes"])


def up() -> None:
    """Start what is not running, and make the pools."""
    running = pids(GROUP)
    if not configuration().exists():
        _make_cluster()
    _link_modules()
    if not running.get("ceph-mon"):
        refuse_taken(shifted(CEPH_PORTS[0]), "Ceph")
        _start("ceph-mon", "a")
    wait_until("Ceph's monitor", lambda: run(command("status")), group=GROUP)
    if not running.get("ceph-osd"):
        _make_osd()
        _start("ceph-osd", "0")
    wait_until("Ceph's OSD", _osd_is_up, group=GROUP)
    known = run(command("osd", "pool", "ls")).split()
    for pool in (SHARED, *(own_pool(cloud) for cloud in CLOUDS)):
        if pool not in known:
            run(command("osd", "pool", "create", pool, "8", "8"))
            run(command("osd", "pool", "application", "enable", pool, "rbd"))
    note("ceph up")


def down() -> None:
    """Stop both."""
    kill(GROUP, PROCESSES)
    note("ceph down")


def _make_cluster() -> None:
    """Make an empty cluster whose monitor knows itself."""
    cluster = str(uuid.uuid4())
    shutil.rmtree(directory(), ignore_errors=True)
    for name in ("mon", "osd"):
        (directory() / name).mkdir(parents=True)
    addresses = ",".join(
        f"{version}:127.0.0.1:{shifted(port)}"
        for version, port in zip(("v2", "v1"), CEPH_PORTS, strict=True)
    )
    write_private(configuration(), _configuration(cluster, addresses))
    known = str(directory() / "monitors")
    make = ["monmaptool", "--create", "--clobber", "--fsid", cluster]
    run([*make, "--addv", "a", f"[{addresses}]", known])
    run(command("--mkfs", "-i", "a", "--monmap", known, tool="ceph-mon"))


def _make_osd() -> None:
    """Make the OSD's file, unless it has one."""
    if (directory() / "osd" / "ready").exists():
        return
    osd = str(uuid.uuid4())
    run(command("osd", "new", osd))
    run(command("-i", "0", "--mkfs", "--osd-uuid", osd, tool="ceph-osd"))


def _start(tool: str, name: str) -> None:
    words = [tool, "--conf", str(configuration()), "-i", name, "-f"]
    start(GROUP, tool, words, clean_environment())


def _osd_is_up() -> bool:
    found = json.loads(run(["sh", "-c", f"{_joined(command('osd', 'stat', '-f', 'json'))} 2>&-"]))
    return int(found["num_up_osds"]) == 1


def _joined(words: list[str]) -> str:
    return " ".join(words)


def _link_modules() -> None:
    """Link the modules rados and rbd, which the clouds' virtual environments lack."""
    module_directory().mkdir(exist_ok=True)
    for file in MODULES.glob("r[ab]d*.so"):
        link = module_directory() / file.name
        if not link.is_symlink():
            link.symlink_to(file)


def _configuration(cluster: str, monitors: str) -> str:
    first, last = (shifted(port) for port in CEPH_OSD_PORTS)
    lines = (
        "[global]",
        f"fsid = {cluster}",
        f"mon_host = [{monitors}]",
        *(f"auth_{what}_required = none" for what in ("cluster", "service", "client")),
        "osd_pool_default_size = 1",
        "osd_pool_default_min_size = 1",
        "osd_crush_chooseleaf_type = 0",
        "mon_allow_pool_size_one = true",
        f"run_dir = {directory()}",
        f"log_file = {log_directory(GROUP)}/$name.log",
        f"admin_socket = {directory()}/$name.$pid.asok",
        "pid_file =",
        "[client]",
        "log_file =",
        "admin_socket =",
        "[mon.a]",
        f"mon_data = {directory()}/mon",
        "mon_data_avail_warn = 1",
        "[osd.0]",
        f"osd_data = {directory()}/osd",
        f"bluestore_block_size = {_BLOCK_BYTES}",
        "public_addr = 127.0.0.1",
        "cluster_addr = 127.0.0.1",
        "ms_bind_msgr1 = false",
        f"ms_bind_port_min = {first}",
        f"ms_bind_port_max = {last}",
    )
    return "\n".join(lines) + "\n"
