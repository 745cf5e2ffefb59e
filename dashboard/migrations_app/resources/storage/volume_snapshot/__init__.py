"""Snapshots of volumes: as snapshots of the moved volume, or as volumes of their own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.ownership import ROLES_OF_OWNERS, owner_refs
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    COMPLETE,
    CREATE,
    CUTOVER,
    MARKER,
    SKIP,
    WARN,
    Decision,
    DecisionLookup,
    Finding,
    FoundBy,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.snapshot_options import (
    AS_VOLUMES,
    LEAVE,
    REPLAY,
    SNAPSHOTS,
)
from dashboard.migrations_app.resources.storage.common import (
    removing,
    temporary_images,
    volume_capture,
)
from dashboard.migrations_app.resources.storage.common.replaying import (
    AS_SNAPSHOT,
    STATE_OF,
    is_replayed,
    taken_snapshot,
)
from dashboard.migrations_app.resources.storage.common.volume_creating import (
    create_from_image,
    find_created,
    take_off_marker,
)
from dashboard.migrations_app.resources.storage.volume_snapshot.storages import why_not_replayed
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
_OWNER = "os-extended-snapshot-attributes:project_id"


class VolumeSnapshot(ResourceType):
    """A Cinder snapshot. The moved volume goes through its states, the oldest first.

    Where the destination's storage does not allow that, and the plan's option says so, it becomes a
    volume of its own. What does not move stays in the source, with its volume.
    """

    name = "volume_snapshot"
    plural = "volume snapshots"
    found_by = FoundBy.MARKER
    needs = ("project", "user", *ROLES_OF_OWNERS, "volume")
    does_without = ("user", *ROLES_OF_OWNERS)
    is_taken_back = True
    is_kept_unmoved = True
    copied = ("name", "description", "size", "metadata")
    mapped = {"volume_id": "volume"}
    own = (
        *("id", "status", "created_at", "updated_at", "user_id", _OWNER, "volume"),
        "os-extended-snapshot-attributes:progress",
    )
    lost = {"group_snapshot_id": "Groups are not migrated, nor are their snapshots as such."}
    goes_in_chain = True
    stages = (
        Stage(name="capture", verb="Capture"),
        Stage(name="transfer", verb="Copy the data of"),
        Stage(name="create", verb="Create"),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        volumes = {volume["id"]: volume for volume in reader.volumes}
        for snapshot in reader.volume_snapshots:
            if volume := volumes.get(snapshot["volume_id"]):
                yield _record(snapshot, volume)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return the snapshots with these ids, and the volumes that others have become."""
        yield from (record for record in self.discover(reader) if record.id in ids)
        for volume in reader.volumes:
            if volume["id"] in ids:
                yield _record({**volume, "volume_id": ""}, volume)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Have the volume go through its state, make a volume of it, or leave it in the source."""
        option = reader.options.get(SNAPSHOTS, REPLAY)
        if record.fields["volume"].get("is_encrypted"):
            reason = "Its volume is encrypted: Cinder writes no such states into another volume."
            return Decision(action=SKIP, reason=reason)
        if record.fields["status"] != "available":
            return Decision(action=SKIP, reason=f"It is {record.fields['status']}.")
        if option == LEAVE:
            reason = "Snapshots of volumes stay in the source, as the plan's option says."
            return Decision(action=SKIP, reason=reason)
        if option == AS_VOLUMES:
            reason = "It becomes a volume of its own."
            loss = Loss(field="volume_id", value=record.fields["volume_id"], reason=reason)
            return Decision(resolution={AS_SNAPSHOT: False}, losses=[loss])
        if why_not := why_not_replayed(reader):
            reason = f"{why_not}. The option snapshots={AS_VOLUMES} moves it as a volume."
            return Decision(action=SKIP, reason=reason)
        return Decision(resolution={AS_SNAPSHOT: True}, losses=_size_losses(record))

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave a snapshot out whose volume does not go through its state any more.

        As a volume of its own it gets the type and the zone of its volume.
        """
        if decision.action != CREATE:
            return decision
        volume = decision_of("volume", record.fields["volume_id"])
        if not decision.resolution.get(AS_SNAPSHOT):
            return _placed_like(volume, decision)
        if volume and is_replayed(volume, record.id):
            return decision
        reason = f"Its volume moves without it, or has moved: use snapshots={AS_VOLUMES}."
        return Decision(action=SKIP, reason=reason)

    @override
    def phase_of(self, stage: Stage, record: Record) -> str:
        """Return the cutover for the creation where the volume is made then."""
        if stage.name == "create" and record.fields["volume"]["is_in_use"]:
            return CUTOVER
        return stage.phase

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        volume = Ref("volume", record.fields["volume_id"])
        return {"create": [*owner_refs(record, reader), volume]}

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Return what the snapshots cost."""
        if records:
            yield None, _costs(records, source.options.get(SNAPSHOTS, REPLAY))

    def capture(self, work: Work) -> None:
        """Make an image of the snapshot in the source."""
        volume_capture.capture_snapshot(work)

    def undo_capture(self, work: Work) -> None:
        """Remove the image, and the volume that it was made from."""
        temporary_images.remove_from_source(work, temporary_images.image_name(work.record))
        volume_capture.remove_copy(work)

    def transfer(self, work: Work) -> None:
        """Copy the image to the destination."""
        temporary_images.transfer(work)

    def undo_transfer(self, work: Work) -> None:
        """Remove the image from the destination."""
        temporary_images.undo_transfer(work)

    @override
    def find(self, work: Work) -> str | None:
        if not _is_snapshot(work):
            return find_created(work)
        listed = work.destination.list(
            _SERVICE, "/snapshots/detail", "snapshots", all_tenants=1, project_id=work.project_id
        )
        marked = (each for each in listed if each["metadata"].get(MARKER) == work.marker)
        return next((str(each["id"]) for each in marked), None)

    @override
    def create(self, work: Work) -> str:
        """Take over the snapshot that the volume's move has taken, or create a volume."""
        if not _is_snapshot(work):
            return create_from_image(work)
        id_ = taken_snapshot(work)
        _set_metadata(work, id_, {**work.record.fields["metadata"], MARKER: work.marker})
        return id_

    @override
    def complete(self, work: Work) -> None:
        """Set what the snapshot is called, and take off the marker."""
        if not _is_snapshot(work):
            take_off_marker(work)
            return
        named = {name: work.record.fields[name] or "" for name in ("name", "description")}
        path = f"/snapshots/{work.destination_id}"
        work.destination.put(_SERVICE, path, {"snapshot": named})
        _set_metadata(work, work.destination_id, work.record.fields["metadata"])

    def cleanup(self, work: Work) -> None:
        """Remove the temporary images from both clouds, as far as nothing rests on them."""
        temporary_images.clean_up_destination(work)
        temporary_images.remove_from_source(work, temporary_images.image_name(work.record))
        volume_capture.clean_up_copy(work)

    @override
    def remove(self, work: Work) -> None:
        """Delete it; its volume is deleted afterwards."""
        key = "snapshot" if _is_snapshot(work) else "volume"
        path = f"/{key}s/{work.destination_id}"
        removing.remove(work.destination, path, key, check=work.check)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        yield from temporary_images.leftovers(stage_data)
        if stage_data.get("copied"):
            yield "the volume made from it removed from the operator's project in the source"

    @override
    def finalize(self, work: Work) -> None:
        """Delete the snapshot, and what its move has left."""
        temporary_images.clean_up_destination(work)
        volume_capture.clean_up_copy(work)
        path = f"/snapshots/{work.record.id}"
        removing.remove(work.source, path, "snapshot", check=work.check)


def _record(snapshot: Json, volume: Json) -> Record:
    """Return the record of a snapshot, with what of its volume matters for its move."""
    metadata = {n: v for n, v in snapshot["metadata"].items() if n not in (MARKER, STATE_OF)}
    of_volume = {"size": volume["size"], "is_in_use": bool(volume["attachments"])}
    of_volume["is_encrypted"] = bool(volume.get("encrypted"))
    fields = {
        **snapshot,
        "metadata": metadata,
        "user_id": volume.get("user_id"),
        "volume": of_volume,
    }
    name = snapshot["name"] or ""
    return Record(type="volume_snapshot", id=snapshot["id"], name=name, fields=fields)


def _placed_like(volume: Decision | None, decision: Decision) -> Decision:
    placed = only_set(volume.resolution, ("volume_type", "availability_zone")) if volume else {}
    return replace(decision, resolution={**decision.resolution, **placed})


def _is_snapshot(work: Work) -> bool:
    return bool(work.resolution.get(AS_SNAPSHOT))


def _set_metadata(work: Work, id_: str, metadata: Mapping[str, str]) -> None:
    """Replace the metadata of a snapshot."""
    path = f"/snapshots/{id_}/metadata"
    work.destination.put(_SERVICE, path, {"metadata": metadata})


def _size_losses(record: Record) -> list[Loss]:
    size, now = record.fields["size"], record.fields["volume"]["size"]
    if size == now:
        return []
    reason = f"Its volume has grown since: the copy has {now} GiB from the beginning."
    return [Loss(field="size", value=size, reason=reason)]


def _costs(records: Sequence[Record], option: str) -> Finding:
    total = sum(record.fields["size"] for record in records)
    in_cutover = sum(bool(record.fields["volume"]["is_in_use"]) for record in records)
    sentence = (
        f"{len(records)} snapshots of volumes are moved: each is a full state of its volume, up to "
        f"{total} GiB in all beside the volumes."
    )
    if option == REPLAY and in_cutover:
        sentence += (
            f" {in_cutover} of them are written one after the other in the cutover, while their "
            "servers are down."
        )
    fix = f"Delete those that are not needed, or choose snapshots={LEAVE} or {AS_VOLUMES}."
    return Finding(severity=WARN, sentence=sentence, fix=fix)
