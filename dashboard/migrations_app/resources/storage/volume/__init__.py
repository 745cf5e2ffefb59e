"""Volumes with their data: captured in an image, copied, created from the copy as their owner."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from typing_extensions import override

from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import unknown_choice
from dashboard.migrations_app.resources.ownership import (
    owner_losses,
    owner_refs,
    with_owner_losses,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    COMPLETE,
    CUTOVER,
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
from dashboard.migrations_app.resources.storage.common import removing, temporary_images
from dashboard.migrations_app.resources.storage.volume import capture as volume_capture
from dashboard.migrations_app.resources.storage.volume.creating import (
    complete_volume,
    create_from_image,
    find_created,
    take_off_marker,
)
from dashboard.migrations_app.resources.storage.volume.fields import (
    IMAGE_METADATA,
    READ_ONLY,
    metadata_losses,
    volume_fields,
)
from dashboard.migrations_app.resources.storage.volume.type_access import (
    OPENED,
    grant_access,
    private_id,
    revoke_access,
)
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
_MIGRATABLE = ("available", "in-use")


class Volume(ResourceType):
    """A Cinder volume. One in use is captured when its server has been halted."""

    name = "volume"
    plural = "volumes"
    found_by = FoundBy.MARKER
    choice = "a volume type there"
    needs = ("project", "user", "role_assignment")
    does_without = ("user", "role_assignment")
    outlives = ("server",)
    is_taken_back = True
    copied = (
        *("size", "name", "description", "volume_type", "metadata", "bootable"),
        *(IMAGE_METADATA, READ_ONLY),
    )
    mapped = {"user_id": "user", "server_ids": "server"}
    own = (
        *("id", "status", "created_at", "updated_at", "links", "attachments"),
        *("snapshot_id", "source_volid", "volume_type_id", "cluster_name", "service_uuid"),
        *("provider_id", "shared_targets", "replication_status", "migration_status"),
        *("os-vol-tenant-attr:tenant_id", "os-vol-mig-status-attr:migstat"),
        *("os-vol-mig-status-attr:name_id", "os-vol-host-attr:host", "consumes_quota"),
    )
    lost = {
        "availability_zone": "Zones of storage differ between clouds.",
        "multiattach": "The copy can be attached to one server only.",
        "encrypted": "Encrypted volumes are not migrated.",
        "encryption_key_id": "Encrypted volumes are not migrated.",
        "consistencygroup_id": "Groups of volumes are not migrated.",
        "group_id": "Groups of volumes are not migrated.",
    }
    stages = (
        Stage(name="capture", verb="Capture"),
        Stage(name="transfer", verb="Copy the data of"),
        Stage(name="create", verb="Create"),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for volume in reader.volumes:
            name, fields = volume["name"] or "", volume_fields(volume)
            yield Record(type=self.name, id=volume["id"], name=name, fields=fields)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Take the volume type that was chosen, else the one of the same name, else the default."""
        # Cinder lists public types only, unless it is asked for all
        types = reader.list(_SERVICE, "/types", "volume_types", is_public="None")
        offered = {type_["name"]: type_ for type_ in types}
        losses = [*metadata_losses(record, reader.cloud)]
        wanted = choice or record.fields["volume_type"]
        if choice and choice not in offered:
            return unknown_choice(record, "volume type", choice, offered, reader)
        taken = wanted if wanted in offered else ""
        resolution = {"volume_type": taken, "private_type": private_id(offered.get(taken))}
        if taken == record.fields["volume_type"]:
            return Decision(resolution=resolution, losses=losses)
        reason = f"It becomes {taken or 'the default type'} on cloud {reader.cloud.name}."
        loss = Loss(field="volume_type", value=record.fields["volume_type"], reason=reason)
        return Decision(resolution=resolution, losses=[loss, *losses])

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        return with_owner_losses(record, decision, decision_of)

    @override
    def phase_of(self, stage: Stage, record: Record) -> str:
        """Return the cutover for a volume in use: only then its server no longer writes to it."""
        return CUTOVER if _server_ids(record) and stage.phase != COMPLETE else stage.phase

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the snapshots of its servers for the capture: Nova makes one at a time."""
        return {
            "capture": [Ref("server", id_, "capture") for id_ in _server_ids(record)],
            "create": owner_refs(record, reader),
        }

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return what is lost; Cinder's one default zone is nothing to lose."""
        for loss in super().losses(record, reader):
            if (loss.field, loss.value) != ("availability_zone", "nova"):
                yield loss
        yield from owner_losses(record, reader)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        for record in records:
            for sentence, fix in _obstacles(record):
                yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)
        if finding := volume_capture.room_for_copies(records, source.cloud):
            yield None, finding
        snapshots = source.list(
            _SERVICE, "/snapshots", "snapshots", all_tenants=1, project_id=source.tenant.id
        )
        if snapshots:
            yield None, _snapshots_stay(len(snapshots))

    def capture(self, work: Work) -> None:
        """Make an image of the volume in the source."""
        volume_capture.capture_volume(work)

    def undo_capture(self, work: Work) -> None:
        """Remove the image, and the copy that it was made from."""
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
        return find_created(work)

    @override
    def create(self, work: Work) -> str:
        grant_access(work)
        return create_from_image(work)

    @override
    def complete(self, work: Work) -> None:
        complete_volume(work)

    def cleanup(self, work: Work) -> None:
        """Remove the temporary images from both clouds, as far as nothing rests on them."""
        temporary_images.clean_up_destination(work)
        temporary_images.remove_from_source(work, temporary_images.image_name(work.record))
        volume_capture.clean_up_copy(work)
        if work.marker == work.record.id:
            take_off_marker(work)  # an older version has created it

    @override
    def remove(self, work: Work) -> None:
        path = f"/volumes/{work.destination_id}"
        removing.remove(work.destination, path, "volume", check=work.check)

    @override
    def take_back(self, work: Work) -> None:
        """Revoke the access to a private type."""
        revoke_access(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        yield from temporary_images.leftovers(stage_data)
        if stage_data.get("copied"):
            yield "its copy and snapshot removed from the operator's project in the source"
        if type_id := stage_data.get(OPENED):
            yield f"the tenant's access to volume type {type_id} revoked"

    @override
    def finalize(self, work: Work) -> None:
        """Delete the volume, and what its move has left."""
        temporary_images.clean_up_destination(work)
        volume_capture.clean_up_copy(work)
        removing.remove(work.source, f"/volumes/{work.record.id}", "volume", check=work.check)


def _server_ids(record: Record) -> list[str]:
    return list(record.fields["server_ids"])


def _obstacles(record: Record) -> Iterable[tuple[str, str]]:
    """Return why the data of a volume cannot be migrated, each with what to do."""
    fields, label = record.fields, f"Volume {record.title}"
    if fields["status"] not in _MIGRATABLE:
        fix = "Bring it to available or in-use, or delete it; then plan again."
        yield f"{label} is in state {fields['status']}.", fix
    if fields["encrypted"]:
        fix = "Copy its data to an unencrypted one within the guest, then plan again."
        yield f"{label} is encrypted.", fix
    if len(_server_ids(record)) > 1:
        fix = "Detach it from all but one of them, then plan again."
        yield f"{label} is attached to several servers.", fix


def _snapshots_stay(count: int) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"{count} snapshots of volumes are not migrated.",
        fix="Create volumes from those that are still needed, then plan again.",
    )
