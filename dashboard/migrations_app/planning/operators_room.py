"""Is there room in the operator's projects for what volumes are moved and compared through?"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.data_paths import path_of
from dashboard.migrations_app.data_paths.common.rooms import PER_VOLUME
from dashboard.migrations_app.resources.data_path import Disk, Room
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding

AT_ONCE = 16
"""The threads of a worker: so many volumes at once are where they take what they do not keep."""
_OF_TYPES = ("volumes", "snapshots", "gigabytes")

Going = Iterable[tuple[Disk, Mapping[str, Any]]]
"""Disks, and what the plan has resolved of each: among that its path."""


def room_findings(
    going: Going, source: TenantReader, destination: TenantReader, checksums: str
) -> Iterable[Finding]:
    """Yield what blocks since a quota of the operator's project in either cloud is too small.

    What is refused there would be so while a server is down.
    """
    here: list[Room] = []
    there: list[Room] = []
    for disk, resolution in going:
        rooms = path_of(resolution).rooms(disk, source, destination, checksums)
        here.append(_with_type(rooms[0], disk.record.fields.get("volume_type")))
        there.append(_with_type(rooms[1], disk.volume_type))
    for reader, taken in ((source, here), (destination, there)):
        if needed := _needed(taken):
            yield from _short(reader, needed)


def _with_type(room: Room, type_: str | None) -> Room:
    """Return the room with what is taken of the quotas of the volume's type."""

    def typed(taken: Mapping[str, int]) -> Mapping[str, int]:
        of_type = {f"{name}_{type_}": taken[name] for name in _OF_TYPES if name in taken}
        return {**taken, **of_type} if type_ else taken

    return Room(kept=typed(room.kept), passing=typed(room.passing))


def _needed(rooms: Iterable[Room]) -> Counter[str]:
    """Return what is taken at most at any time, by the names of quotas."""
    needed: Counter[str] = Counter()
    passing: defaultdict[str, list[int]] = defaultdict(list)
    for room in rooms:
        needed.update(room.kept)
        for name, count in room.passing.items():
            passing[name].append(count)
    for name, counts in passing.items():
        counts.sort(reverse=True)
        needed[name] += counts[0] if name == PER_VOLUME else sum(counts[:AT_ONCE])
    return +needed


def _short(reader: TenantReader, needed: Mapping[str, int]) -> Iterable[Finding]:
    quota = reader.operators_volume_quota
    if any(name.startswith("image_") for name in needed):
        quota = {**quota, **reader.operators_image_quota}
    short = [name for name, count in needed.items() if _free(quota.get(name)) < count]
    if short:
        cloud, project = reader.cloud.name, reader.cloud.project_id
        wanted = ", ".join(f"{needed[name]} {name}" for name in short)
        yield Finding(
            severity=BLOCK,
            sentence="Volumes are moved and compared through snapshots, copies and backups of the "
            f"operator, whose project on cloud {cloud} has no room for {wanted}.",
            fix=f"Raise the quota of project {project} there and preflight again; or plan again "
            "with other data paths or checksums.",
        )


def _free(limit: Json | None) -> float:
    """Return what is free of a quota; a service that does not know it sets none."""
    if limit is None or limit["limit"] < 0:
        return math.inf
    used = sum(int(limit.get(name) or 0) for name in ("in_use", "reserved", "usage"))
    return float(limit["limit"] - used)
