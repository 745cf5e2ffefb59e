"""Volumes with their data: captured in an image, copied, created from the copy as their owner."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.clients.openstack import Json, poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.ownership import acting_owner, lost_owner, resolve_owner
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    COMPLETE,
    CUTOVER,
    MARKER,
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
from dashboard.migrations_app.resources.storage.common import temporary_images
from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY
from dashboard.migrations_app.resources.storage.volume import capture as volume_capture
from dashboard.migrations_app.resources.work import Work

CREATE_SECONDS = 6 * 3600
_SERVICE = "block_storage"
_IMAGE_METADATA = "volume_image_metadata"
_READ_ONLY = "readonly"
# administrators see these notes of Cinder's among the metadata of users
_NOTES = frozenset({_READ_ONLY, "attached_mode", MARKER})
_MOVABLE = ("available", "in-use")


class Volume(ResourceType):
    """A Cinder volume. One that servers use is captured when they are stopped."""

    name = "volume"
    plural = "volumes"
    found_by = FoundBy.MARKER
    choice = "a volume type there"
    needs = ("project", "user", "role_assignment")
    copied = (
        "size",
        "name",
        "description",
        "volume_type",
        "metadata",
        "bootable",
        _IMAGE_METADATA,
        _READ_ONLY,
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
        "multiattach": "Volumes for several servers are not carried as such.",
        "encrypted": "Encrypted volumes are not carried.",
        "encryption_key_id": "Encrypted volumes are not carried.",
        "consistencygroup_id": "Groups of volumes are not carried.",
        "group_id": "Groups of volumes are not carried.",
    }
    stages = (
        Stage(name="capture", verb="Capture"),
        Stage(name="transfer", verb="Copy the data of"),
        Stage(name="create", verb="Create"),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's volumes, with the users' metadata only."""
        for volume in reader.volumes:
            yield Record(
                type=self.name, id=volume["id"], name=volume["name"] or "", fields=_fields(volume)
            )

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Take the type that was chosen, or the one of the same name, or the default."""
        offered = {type_["name"] for type_ in reader.list(_SERVICE, "/types", "volume_types")}
        wanted = choice or record.fields["volume_type"]
        if choice and choice not in offered:
            return Decision(
                problem=f"Cloud {reader.cloud.name} has no volume type {choice!r}.",
                fix=f"Map volume:{record.name} to one of: {', '.join(sorted(offered))}.",
            )
        taken = wanted if wanted in offered else ""
        if taken == record.fields["volume_type"]:
            return Decision(resolution={"volume_type": taken})
        reason = f"It becomes {taken or 'the default type'}; cloud {reader.cloud.name} decides."
        loss = Loss(field="volume_type", value=record.fields["volume_type"], reason=reason)
        return Decision(resolution={"volume_type": taken}, losses=(loss,))

    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Name the owner as lost when he does not act for himself."""
        return resolve_owner(record, decision, decision_of)

    def phase_of(self, stage: Stage, record: Record) -> str:
        """A volume in use is captured in the cutover, when its servers write no more."""
        return CUTOVER if _server_ids(record) and stage.phase != COMPLETE else stage.phase

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Its servers must be stopped, and their own snapshots taken: Nova makes one at a time.

        Its owner creates it.
        """
        return {
            "capture": [Ref("server", id_, "capture") for id_ in _server_ids(record)],
            "create": acting_owner(record, reader),
        }

    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """What no volume keeps; Cinder's one default zone is nothing to lose."""
        for loss in super().losses(record, reader):
            if (loss.field, loss.value) != ("availability_zone", "nova"):
                yield loss
        yield from lost_owner(record, reader)

    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Block volumes of which the data cannot be read; name the snapshots that stay."""
        servers = {server["id"] for server in source.servers}
        for record in records:
            for sentence, fix in _obstacles(record, servers):
                yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)
        if finding := volume_capture.room_for_copies(records, source.cloud):
            yield None, finding
        snapshots = source.list(
            _SERVICE, "/snapshots", "snapshots", all_tenants=1, project_id=source.tenant.id
        )
        if snapshots:
            sentence = f"{len(snapshots)} snapshots of volumes are not carried."
            fix = "Make volumes of those that are still needed, then plan again."
            yield None, Finding(severity=WARN, sentence=sentence, fix=fix)

    def capture(self, work: Work) -> None:
        """Make an image of the volume in the source."""
        volume_capture.capture_volume(work)

    def undo_capture(self, work: Work) -> None:
        """Remove the image, and the copy that it was made from."""
        temporary_images.remove_from_source(work, volume_capture.image_name(work))
        volume_capture.remove_copy(work)

    def transfer(self, work: Work) -> None:
        """Copy the image to the destination."""
        temporary_images.transfer(work)

    def undo_transfer(self, work: Work) -> None:
        """Remove the image from the destination."""
        temporary_images.remove_from_destination(work)
        work.save(digest="", size=0)

    def find(self, work: Work) -> str | None:
        """Look for the marker in the metadata; what failed to be created is removed."""
        volumes = work.destination.list(
            _SERVICE,
            "/volumes/detail",
            "volumes",
            all_tenants=1,
            project_id=work.project_id,
        )
        for volume in volumes:
            if volume["metadata"].get(MARKER) == work.record.id and _settled(work, volume["id"]):
                return str(volume["id"])
        return None

    def create(self, work: Work) -> str:
        """Create the volume from the copied image, as its owner, and wait until it is filled.

        Raises ``NeedsOperator`` when Cinder fails; then nothing of it stays.
        """
        fields = work.record.fields
        body: Json = {
            **only_set(fields, ("name", "description", "size")),
            **only_set(work.resolution, ("volume_type",)),
            "metadata": {**fields["metadata"], MARKER: work.record.id},
            "imageRef": work.stage_data["destination_image"],
        }
        owner = work.session_as(fields["user_id"])
        volume_id = str(owner.post(_SERVICE, "/volumes", {"volume": body}, "volume")["id"])
        if not _settled(work, volume_id):
            raise NeedsOperator(
                f"Cloud {work.destination.name} failed to create volume {work.record.name}.",
                fix="Look at its storage and at the log of cinder-volume there, then retry.",
            )
        return volume_id

    def complete(self, work: Work) -> None:
        """Set what an image's volume has as the source's has it: bootable, image's metadata."""
        fields = work.record.fields
        volume = work.destination.get(_SERVICE, f"/volumes/{work.destination_id}", "volume")
        if volume["bootable"] != fields["bootable"]:
            _act(work, "os-set_bootable", {"bootable": fields["bootable"] == "true"})
        if fields[_READ_ONLY]:
            _act(work, "os-update_readonly_flag", {"readonly": True})
        _set_image_metadata(work, volume)

    def cleanup(self, work: Work) -> None:
        """Remove the temporary images of both clouds."""
        temporary_images.remove_from_destination(work)
        temporary_images.remove_from_source(work, volume_capture.image_name(work))

    def remove(self, work: Work) -> None:
        """Delete the volume from the destination and wait until it is gone."""
        _delete(work, work.destination_id)

    def finalize(self, work: Work) -> None:
        """Delete the volume from the source."""
        work.source.delete(_SERVICE, f"/volumes/{work.record.id}")


def _fields(volume: Json) -> Json:
    """Return the volume's attributes with metadata in which users' own and Cinder's are apart."""
    metadata = volume["metadata"]
    of_image = {
        key: value
        for key, value in volume.get(_IMAGE_METADATA, {}).items()
        if key not in ("image_id", TEMPORARY)
    }
    return {
        **volume,
        "metadata": {key: value for key, value in metadata.items() if key not in _NOTES},
        _READ_ONLY: str(metadata.get(_READ_ONLY)).lower() == "true",
        _IMAGE_METADATA: of_image,
        "server_ids": [each["server_id"] for each in volume["attachments"] if each["server_id"]],
    }


def _server_ids(record: Record) -> list[str]:
    return list(record.fields["server_ids"])


def _obstacles(record: Record, servers: set[str]) -> Iterable[tuple[str, str]]:
    """Return why the data of a volume cannot be moved, each with what to do."""
    fields, label = record.fields, f"Volume {record.name or record.id}"
    if fields["status"] not in _MOVABLE:
        fix = "Bring it to available or in-use, or delete it; then plan again."
        yield f"{label} is in state {fields['status']}.", fix
    if fields["encrypted"]:
        yield f"{label} is encrypted.", "Copy its data to one that is not, within the guest."
    if len(_server_ids(record)) > 1:
        yield f"{label} is attached to several servers.", "Detach it from all but one of them."
    for server_id in set(_server_ids(record)) - servers:
        yield f"{label} is attached to server {server_id} of another tenant.", "Detach it there."


def _settled(work: Work, volume_id: str) -> bool:
    """Wait until a new volume is available; remove it and say False when its creation failed."""

    def status() -> str | None:
        volume = work.destination.get(_SERVICE, f"/volumes/{volume_id}", "volume")
        under_way = volume["status"] in ("creating", "downloading")
        return None if under_way else str(volume["status"])

    what = f"volume {work.record.name or work.record.id} to be created"
    settled = poll_until(status, what=what, seconds=CREATE_SECONDS, check=work.check)
    if settled == "error":
        _delete(work, volume_id)
    return settled != "error"


def _delete(work: Work, volume_id: str) -> None:
    path = f"/volumes/{volume_id}"

    def usable() -> bool | None:
        volume = work.destination.find(_SERVICE, path, "volume")
        return None if volume and volume["status"] in ("in-use", "detaching") else True

    def gone() -> bool | None:
        volume = work.destination.find(_SERVICE, path, "volume")
        if volume and volume["status"] == "error_deleting":
            raise NeedsOperator(
                f"Cloud {work.destination.name} failed to delete volume {volume_id}.",
                fix="Look at its storage, then retry.",
            )
        return True if volume is None else None

    poll_until(usable, what=f"volume {volume_id} to be detached", seconds=300, check=work.check)
    work.destination.delete(_SERVICE, path)
    poll_until(gone, what=f"volume {volume_id} to be deleted", seconds=1800, check=work.check)


def _act(work: Work, action: str, arguments: Any) -> None:
    path = f"/volumes/{work.destination_id}/action"
    work.destination.post(_SERVICE, path, {action: arguments})


def _set_image_metadata(work: Work, volume: Json) -> None:
    """Have the volume know the source's image properties: Nova boots by them (UEFI, bus, …)."""
    wanted = work.record.fields[_IMAGE_METADATA]
    found = volume.get(_IMAGE_METADATA, {})
    for key in found.keys() - wanted.keys():
        _act(work, "os-unset_image_metadata", {"key": key})
    if wanted.items() - found.items():
        _act(work, "os-set_image_metadata", {"metadata": wanted})
