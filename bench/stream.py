#!/usr/bin/env python3
"""Measure how fast an image moves between two clouds, and how much memory that takes.

Moves an image of random bytes as Pumphouse does, and as a plain pipe of two curls does, between the
same two Glances, by turns, then several at once as Pumphouse does. Exits with 1 when Pumphouse
takes more than 150 MB above its idle.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.clients.cloud_files import read_cloud
from dashboard.clients.image_stream import CHUNK, copy_image
from dashboard.clients.openstack import CloudSession

MOST_MEGABYTES = 150
TOKEN_SECONDS = 1800
IMAGE = {"name": "pumphouse-bench", "disk_format": "raw", "container_format": "bare"}


def main() -> int:
    """Run the benchmark as the command line asks and print its lines or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="CLOUDS.YAML")
    parser.add_argument("--source", default="src")
    parser.add_argument("--destination", default="dst")
    parser.add_argument("--size", type=int, default=2048, metavar="MIB")
    parser.add_argument("--rounds", type=int, default=1, help="each way so often, best one counts")
    parser.add_argument("--streams", type=int, default=4, help="copies at once in the end")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    source = CloudSession(read_cloud(arguments.config, arguments.source))
    destination = CloudSession(read_cloud(arguments.config, arguments.destination))
    result = measure(
        source,
        destination,
        size=arguments.size,
        rounds=arguments.rounds,
        streams=arguments.streams,
    )
    if arguments.json:
        print(json.dumps(result))
    else:
        print(f"{arguments.size} MiB from {source.name} to {destination.name}")
        print(
            f"pumphouse  {result['pumphouse_mib_s']:7.1f} MiB/s  "
            f"{result['memory_mb']:.0f} MB above idle, with {arguments.streams} streams at once "
            f"{result['memory_of_all_mb']:.0f} MB (at most {MOST_MEGABYTES})"
        )
        print(f"curl|curl  {result['pipe_mib_s']:7.1f} MiB/s")
        print(f"ratio      {result['ratio']:7.2f}")
    return 0 if result["memory_of_all_mb"] <= MOST_MEGABYTES else 1


class RandomBytes:
    """That many MiB, each different, none of them costly to make."""

    def __init__(self, mebibytes: int) -> None:
        self.mebibytes = mebibytes
        self.block = os.urandom(CHUNK - 8)

    def __len__(self) -> int:
        return self.mebibytes * CHUNK

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.mebibytes):
            yield number.to_bytes(8, "big") + self.block


def measure(
    source: CloudSession, destination: CloudSession, *, size: int, rounds: int, streams: int
) -> dict[str, float]:
    """Return the best rate of each way in MiB a second, their ratio, and the memory in MB."""
    with image_on(source) as image_id:
        source.upload(f"/images/{image_id}/file", RandomBytes(size))
        image = source.get("image", f"/images/{image_id}")
        idle, ours, pipe = resident_megabytes(), [], []
        for _ in range(rounds):
            pipe.append(seconds(lambda: copy_by_pipe(source, image_id, destination)))
            ours.append(seconds(lambda: copy_by_pumphouse(source, image, destination)))
        of_one = peak_megabytes()
        copy_at_once(streams, source, image, destination)
    return {
        "size_mib": size,
        "pumphouse_mib_s": round(size / min(ours), 1),
        "pipe_mib_s": round(size / min(pipe), 1),
        "ratio": round(min(pipe) / min(ours), 2),
        "memory_mb": round(of_one - idle, 1),
        "memory_of_all_mb": round(peak_megabytes() - idle, 1),
    }


@contextmanager
def image_on(cloud: CloudSession) -> Iterator[str]:
    """Return the id of an empty image that is deleted in the end."""
    image_id = str(cloud.post("image", "/images", IMAGE)["id"])
    try:
        yield image_id
    finally:
        cloud.delete("image", f"/images/{image_id}")


def copy_by_pumphouse(
    source: CloudSession, image: dict[str, Any], destination: CloudSession
) -> None:
    """Copy the image as a migration does, compared with both Glances' hashes."""
    image_id, _ = copy_image(
        source, image, destination, IMAGE, progress=lambda *_: None, check=lambda: None
    )
    destination.delete("image", f"/images/{image_id}")


def copy_at_once(
    streams: int, source: CloudSession, image: dict[str, Any], destination: CloudSession
) -> None:
    """Copy the image so many times at once, by one process as a worker's threads do."""
    with ThreadPoolExecutor(streams) as pool:
        copies = [
            pool.submit(copy_by_pumphouse, source, image, destination) for _ in range(streams)
        ]
        for copy in copies:
            copy.result()


def copy_by_pipe(source: CloudSession, image_id: str, destination: CloudSession) -> None:
    """Copy the image with ``curl | curl``, compared with nothing."""
    with image_on(destination) as copy_id, tempfile.TemporaryDirectory() as folder:
        octets = "Content-Type: application/octet-stream"
        getting = curl(source, image_id, Path(folder, "get"))
        putting = [*curl(destination, copy_id, Path(folder, "put")), "-H", octets, "-T", "-"]
        with subprocess.Popen(getting, stdout=subprocess.PIPE) as sender:
            subprocess.run(putting, stdin=sender.stdout, check=True)
        if sender.returncode:
            raise SystemExit(f"curl ended with {sender.returncode} while it read the image.")


def curl(cloud: CloudSession, image_id: str, header: Path) -> list[str]:
    """Return a curl command for an image's bytes; the token is in a file, not in its arguments."""
    header.touch(mode=0o600)
    header.write_text(f"X-Auth-Token: {cloud.fresh_token(seconds=TOKEN_SECONDS)}\n")
    address = f"{cloud.endpoint('image').rstrip('/')}/images/{image_id}/file"
    return ["curl", "-sSf", "-H", f"@{header}", address]


def seconds(work: Callable[[], None]) -> float:
    """Do the work and return the seconds that it took."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def resident_megabytes() -> float:
    """Return the memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_megabytes() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main())
