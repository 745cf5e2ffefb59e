"""What is in the volumes on the lab's Ceph: for tests that write as a guest would, and compare."""

import json
import subprocess
from typing import Any

from lab import ceph

# the distribution's Python has the module, which that of a test need not be able to load
_WRITE = """
import os, rados, rbd, sys
file, pool, name = sys.argv[1:4]
spans = [map(int, span.split(":")) for span in sys.argv[4:]]
with rados.Rados(conffile=file) as cluster, cluster.open_ioctx(pool) as pool:
    with rbd.Image(pool, name) as image:
        for offset, length in spans:
            for start in range(offset, offset + length, 4 << 20):
                image.write(os.urandom(min(4 << 20, offset + length - start)), start)
        image.flush()
"""


def write(pool: str, volume_id: str, *spans: tuple[int, int]) -> None:
    """Write random bytes into a volume, as its guest might: (offset, length) each."""
    where = [str(ceph.configuration()), pool, f"volume-{volume_id}"]
    words = [f"{offset}:{length}" for offset, length in spans]
    subprocess.run(["/usr/bin/python3", "-c", _WRITE, *where, *words], check=True)


def digest(pool: str, volume_id: str) -> str:
    """Return the SHA-256 of a volume's bytes."""
    rbd = f"rbd --conf {ceph.configuration()} --no-progress export {pool}/volume-{volume_id} -"
    done = subprocess.run(["sh", "-c", f"{rbd} | sha256sum"], check=True, capture_output=True)
    return done.stdout.decode().split()[0]


def names(pool: str) -> set[str]:
    """Return the names of all images of a pool."""
    return {*_listed("ls", pool)}


def all_that_is_in(pool: str) -> set[str]:
    """Return the images of a pool, their snapshots, and what is kept in its trash.

    Cinder puts an image there that somebody still watches, for Ceph to purge it by its schedule:
    that is done now, since the lab's has no manager.
    """
    purge = ["rbd", "--conf", str(ceph.configuration()), "trash", "purge", "--no-progress", pool]
    subprocess.run(purge, check=True, capture_output=True)
    images = names(pool)
    snapshots = {
        f"{image}@{each['name']}"
        for image in images
        for each in _listed("snap", "ls", "--all", f"{pool}/{image}")
    }
    return images | snapshots | {f"trash {each['name']}" for each in _listed("trash", "ls", pool)}


def _listed(*words: str) -> list[Any]:
    command = ["rbd", "--conf", str(ceph.configuration()), *words, "--format", "json"]
    found = subprocess.run(command, check=True, capture_output=True).stdout
    listed: list[Any] = json.loads(found or "[]")
    return listed
