"""Chooses the way for the data of each disk: what the operator says, else what copies least.

What copies less while a server is down goes before what copies less in all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.errors import BadInput
from dashboard.migrations_app.data_paths import data_path, data_paths
from dashboard.migrations_app.planning.drafts import Draft
from dashboard.migrations_app.resources.compute.server.fields import has_disk_to_copy
from dashboard.migrations_app.resources.compute.server.states import SHELVES, SHUTOFF
from dashboard.migrations_app.resources.data_path import (
    COMPARES,
    DATA_PATH,
    GIB,
    PREPARES,
    UNCOMPARED,
    Cost,
    DataPath,
    Disk,
    Unfit,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, CREATE, WARN, Finding, Record
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from dashboard.migrations_app.resources.storage.common.replaying import REPLAYED

ALL = "*"
NAMED = 5
"""How many disks a finding about many names."""

Drafts = Mapping[tuple[str, str], Draft]


def require_paths(wanted: Iterable[str]) -> None:
    """Raise ``BadInput`` for a text that is not ``TYPE:NAME-OR-ID=PATH``, of a type with data."""
    for text in wanted:
        key, _, path = text.rpartition("=")
        type_name, _, name = key.partition(":")
        if not name:
            raise BadInput(f"{text!r} chooses no path.", fix="Write it as TYPE:NAME-OR-ID=PATH.")
        if type_name not in (known := [n for n, each in resource_types().items() if each.has_data]):
            raise BadInput(
                f"{text!r} names no disk.", fix=f"Types with a disk: {', '.join(known)}."
            )
        data_path(path)


@dataclass(frozen=True)
class DiskPaths:
    """The choice of a path for each disk of a plan that is being drafted."""

    drafts: Drafts
    source: TenantReader
    destination: TenantReader
    wanted: Sequence[str]
    checksums: str

    def choose(self) -> Iterator[tuple[Record | None, Finding]]:
        """Write the path into each disk's resolution; yield what blocks where one cannot be."""
        yield from ((None, finding) for finding in self._unknown())
        for draft in self._undecided():
            disk = self._disk(draft)
            fit, unfit = self._offered(disk)
            name = self._wanted_for(draft.record) or min(fit, key=lambda each: _rank(fit[each]))
            if name in unfit:
                yield draft.record, _refused(draft, name, unfit[name].why)
            else:
                self._decide(draft, disk, name, fit[name], unfit)
        yield from ((None, finding) for finding in uncompared(self.drafts.values()))

    def _undecided(self) -> Iterator[Draft]:
        """Yield the disks that move and have no path yet: one that has begun its move keeps its."""
        for draft in self.drafts.values():
            has_data = resource_type(draft.record.type).has_data and draft.entry is None
            if has_data and draft.decision.action == CREATE and _size(draft.record) is not None:
                yield draft

    def _disk(self, draft: Draft) -> Disk:
        is_halted = all(map(self._is_halted, _servers_of(draft.record)))
        return disk_of(draft.record, draft.decision.resolution, halted=is_halted)

    def _is_halted(self, server_id: str) -> bool:
        server = self.drafts.get(("server", server_id))
        return server is not None and server.record.fields["status"] in (SHUTOFF, *SHELVES)

    def _offered(self, disk: Disk) -> tuple[dict[str, Cost], dict[str, Unfit]]:
        """Return what each path costs that can be taken, and why the others cannot."""
        answers = {
            name: path.can(self.source, self.destination, disk)
            for name, path in data_paths().items()
        }
        fit = {name: each for name, each in answers.items() if isinstance(each, Cost)}
        return fit, {name: each for name, each in answers.items() if isinstance(each, Unfit)}

    def _why_uncompared(self, name: str, disk: Disk) -> str:
        path = data_paths()[name]
        return path.why_uncompared(self.source, self.destination, disk, self.checksums)

    def _wanted_for(self, record: Record) -> str:
        """Return the path that the operator chose: by its id, by its name, or for all of a type."""
        chosen = dict(text.rpartition("=")[::2] for text in self.wanted)
        names = (record.id, record.name, ALL)
        return next((chosen[k] for n in names if (k := f"{record.type}:{n}") in chosen), "")

    def _unknown(self) -> Iterator[Finding]:
        known = {f"{type_}:{id_}" for type_, id_ in self.drafts}
        known |= {f"{each.record.type}:{each.record.name}" for each in self.drafts.values()}
        for text in self.wanted:
            key = text.rpartition("=")[0]
            if key not in known and not key.endswith(f":{ALL}"):
                sentence = f"The tenant has no {key.replace(':', ' ', 1)}, for which a data path "
                fix = "Choose by a name or id that the cloud shows, and plan again."
                yield Finding(severity=BLOCK, sentence=f"{sentence}is chosen.", fix=fix)

    def _decide(
        self, draft: Draft, disk: Disk, name: str, cost: Cost, unfit: Mapping[str, Unfit]
    ) -> None:
        is_wanted = bool(self._wanted_for(draft.record))
        path, why_uncompared = data_paths()[name], self._why_uncompared(name, disk)
        told = {
            "name": name,
            "why": "An operator chose it." if is_wanted else cost.why,
            "ahead": cost.ahead,
            "cutover": cost.cutover,
            "reads": cost.reads,
            PREPARES: path.prepares(disk),
            COMPARES: path.compares and not why_uncompared,
            UNCOMPARED: why_uncompared,
            "others": {other: each.why for other, each in unfit.items()},
        }
        resolution: dict[str, Any] = {**draft.decision.resolution, DATA_PATH: told}
        draft.decision = replace(draft.decision, resolution=resolution)
        losses = {loss.field: loss for loss in (*draft.losses, *cost.losses)}
        draft.losses = [*losses.values()]


def disk_of(record: Record, resolution: Mapping[str, Any], *, halted: bool = False) -> Disk:
    """Return the disk of a volume or server by what the plan has resolved of it."""
    return Disk(
        record=record,
        size=_size(record) or 0,
        halted=halted,
        servers=_servers_of(record),
        replays=bool(resolution.get(REPLAYED)),
        volume_type=resolution.get("volume_type") or "",
    )


def uncompared(drafts: Iterable[Draft]) -> Iterator[Finding]:
    """Yield which disks' bytes will not be compared with those of their copies, and why."""
    found: dict[str, list[str]] = {}
    for draft in drafts:
        told = draft.decision.resolution.get(DATA_PATH) or {}
        if why := told.get(UNCOMPARED):
            found.setdefault(why, []).append(draft.record.title)
    for why, titles in found.items():
        volumes = "volume" if len(titles) == 1 else "volumes"
        more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
        yield Finding(
            severity=WARN,
            sentence=f"The copies of {len(titles)} {volumes} are not compared byte by byte: "
            f"{', '.join(titles[:NAMED])}{more}. {why}",
            fix="Choose another way for checksums, or compare what is in them yourself.",
        )


def _rank(cost: Cost) -> tuple[int, int, int]:
    return cost.cutover, cost.reads, cost.ahead


def _size(record: Record) -> int | None:
    """Return how many bytes a disk has at most, None if the object has none of its own.

    Nor is it known of a server whose flavor was deleted from an old Nova, or leaves the size to the
    image: such a disk is streamed.
    """
    if record.type == "server":
        size = record.fields.get("disk") if has_disk_to_copy(record.fields) else None
        return size * GIB if size else None
    return int(record.fields["size"]) * GIB


def _servers_of(record: Record) -> list[str]:
    return [record.id] if record.type == "server" else [*record.fields["server_ids"]]


def _refused(draft: Draft, name: str, why: str) -> Finding:
    path: DataPath = data_path(name)
    return Finding(
        severity=BLOCK,
        sentence=f"The data of {draft.called} cannot go by {path.title}: {why}",
        fix="Change that, or choose another data path; then plan again.",
    )
