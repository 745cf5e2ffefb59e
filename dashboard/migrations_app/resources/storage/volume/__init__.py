"""Volumes with their data: captured in an image, copied, created from the copy as their owner."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import unknown_choice
from dashboard.migrations_app.resources.data_path import COMPARES, PREPARES, is_demanded
from dashboard.migrations_app.resources.disk_stages import DiskStages
from dashboard.migrations_app.resources.ownership import (
    ROLES_OF_OWNERS,
    owner_losses,
    owner_refs,
    with_owner_losses,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    COMPLETE,
    CREATE,
    CUTOVER,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.storage.common import removing
from dashboard.migrations_app.resources.storage.common.replaying import (
    remove_unrecorded_snapshots,
    replay_states,
    replayable,
    snapshots_of,
    with_snapshots,
)
from dashboard.migrations_app.resources.storage.common.volume_creating import (
    find_created,
    take_off_marker,
)
from dashboard.migrations_app.resources.storage.common.volume_keys import (
    ENCRYPTION,
    READABLE,
    is_encrypted,
    key_fields,
    remove_key_there,
    with_key,
)
from dashboard.migrations_app.resources.storage.common.volume_types import type_named
from dashboard.migrations_app.resources.storage.volume.completing import complete_volume
from dashboard.migrations_app.resources.storage.volume.fields import (
    IMAGE_METADATA,
    READ_ONLY,
    metadata_losses,
    volume_fields,
)
from dashboard.migrations_app.resources.storage.volume.obstacles import obstacles, what_stays
from dashboard.migrations_app.resources.storage.volume.placing import place, with_servers, with_type
from dashboard.migrations_app.resources.storage.volume.type_access import (
    OPENED,
    grant_access,
    revoke_access,
)
from dashboard.migrations_app.resources.work import Work


class Volume(DiskStages, ResourceType):
    """A Cinder volume. One in use is captured when its server has been halted."""

    name = "volume"
    plural = "volumes"
    found_by = FoundBy.MARKER
    choice = "a volume type there"
    needs = ("project", "user", *ROLES_OF_OWNERS, "volume_type")
    does_without = ("user", *ROLES_OF_OWNERS, "volume_type", "volume_snapshot")
    outlives = ("server", "volume_snapshot")
    is_taken_back = True
    copied = (
        *("size", "name", "description", "volume_type", "metadata", "bootable"),
        *("availability_zone", "multiattach", IMAGE_METADATA, READ_ONLY),
    )
    mapped = {"user_id": "user", "server_ids": "server"}
    own = (
        *("id", "status", "created_at", "updated_at", "links", "attachments", "snapshots"),
        *("snapshot_id", "source_volid", "volume_type_id", "cluster_name", "service_uuid"),
        *("provider_id", "shared_targets", "replication_status", "migration_status"),
        *("os-vol-tenant-attr:tenant_id", "os-vol-mig-status-attr:migstat"),
        *("encrypted", "encryption_key_id", ENCRYPTION, READABLE),
        *("os-vol-mig-status-attr:name_id", "os-vol-host-attr:host", "consumes_quota"),
    )
    lost = {
        "consistencygroup_id": "A group is of one storage of its cloud: members are moved alone.",
        "group_id": "A group is of one storage of its cloud: members are moved alone.",
    }
    goes_in_chain = True
    has_data = True
    stages = (
        Stage(name="prepare", verb="Prepare the data of", on_demand=PREPARES),
        Stage(name="capture", verb="Capture"),
        Stage(name="transfer", verb="Copy the data of"),
        Stage(name="create", verb="Create"),
        Stage(
            name="compare",
            verb="Compare the bytes of",
            phase=COMPLETE,
            on_demand=COMPARES,
            dispensable=True,
        ),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for volume in reader.volumes:
            type_ = type_named(reader, volume["volume_type"] or "") or {}
            name = volume["name"] or ""
            fields = {
                **volume_fields(volume),
                **key_fields(volume, type_.get("id", ""), reader),
                "volume_type_id": type_.get("id"),
                "snapshots": snapshots_of(volume["id"], reader),
            }
            yield Record(type=self.name, id=volume["id"], name=name, fields=fields)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Take the volume type that was chosen, else the one of the same name, else the default."""
        if choice and type_named(reader, choice) is None:
            offered = [type_["name"] for type_ in reader.volume_types]
            return unknown_choice(record, "volume type", choice, offered, reader)
        placed = place(record, choice, reader)
        losses = [*placed.losses, *metadata_losses(record, reader.cloud)]
        return replace(placed, losses=losses)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Take what its type becomes, unless a type was chosen for the volume itself."""
        of_type = decision_of("volume_type", record.fields.get("volume_type_id") or "")
        if decision.action == CREATE:
            decision = with_servers(record, with_type(record, decision, of_type))
            decision = with_key(record, with_snapshots(record, decision, decision_of))
        return with_owner_losses(record, decision, decision_of)

    @override
    def phase_of(self, stage: Stage, record: Record) -> str:
        """Return the cutover for a volume in use: only then its server no longer writes to it.

        What its path does while the server runs is done before.
        """
        is_later = _server_ids(record) and stage.phase != COMPLETE and not stage.on_demand
        return CUTOVER if is_later else stage.phase

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the snapshots of its servers for the capture: Nova makes one at a time.

        A key is copied as the owner, ahead of the volume.
        """
        owners = owner_refs(record, reader) if is_encrypted(record) else []
        return {
            "prepare": [*owner_refs(record, reader), *_type_refs(record)],
            "capture": [Ref("server", id_, "capture") for id_ in _server_ids(record)],
            "transfer": owners,
            "create": [
                *owner_refs(record, reader),
                *_type_refs(record),
                *(Ref("volume_snapshot", id_, "transfer") for id_ in replayable(record, reader)),
            ],
        }

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return what its servers copy ahead, since Nova makes one snapshot at a time; and for the
        end that they run again: what is read or deleted meanwhile would slow their boot down."""
        servers = _server_ids(record)
        return {
            "prepare": [Ref("server", id_, "prepare") for id_ in servers],
            **{
                stage: [Ref("server", id_, "power") for id_ in servers]
                for stage in ("compare", "cleanup")
            },
        }

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        yield from owner_losses(record, reader)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        for record in records:
            for sentence, fix in obstacles(record, destination.cloud):
                yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)
        yield from ((None, finding) for finding in what_stays(records, source))

    @override
    def find(self, work: Work) -> str | None:
        return find_created(work)

    @override
    def prepare(self, work: Work) -> None:
        """Copy ahead, for which some paths make the volume."""
        grant_access(work)
        super().prepare(work)

    @override
    def create(self, work: Work) -> str:
        grant_access(work)
        return work.data_path.create(work)

    @override
    def complete(self, work: Work) -> None:
        """Bring the volume from the state of its first snapshot, if it has any, to its own."""
        replay_states(work)
        complete_volume(work)
        remove_key_there(work)
        work.data_path.complete(work)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return also that the copy is not encrypted; a type there may encrypt what was not."""
        yield from super().differences(source, destination, destination_id_of)
        if is_encrypted(source) and not is_encrypted(destination):
            yield Difference(field="encrypted", source=True, destination=False)

    def cleanup(self, work: Work) -> None:
        """Remove what was only made for the move, as far as nothing rests on it.

        Both sides are compared first where the plan, of an older version, has no step for that.
        """
        if not is_demanded(work.resolution, COMPARES):
            work.data_path.compare(work)
        work.data_path.cleanup(work)
        if work.marker == work.record.id:
            take_off_marker(work)  # an older version has created it

    @override
    def remove(self, work: Work) -> None:
        remove_unrecorded_snapshots(work)
        work.data_path.free(work)
        path = f"/volumes/{work.destination_id}"
        removing.remove(work.destination, path, "volume", check=work.check)

    @override
    def take_back(self, work: Work) -> None:
        """Revoke the access to a private type."""
        revoke_access(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        if type_id := stage_data.get(OPENED):
            yield f"the tenant's access to volume type {type_id} revoked"

    @override
    def finalize(self, work: Work) -> None:
        """Delete the volume, and what its move has left."""
        work.data_path.release(work)
        removing.remove(work.source, f"/volumes/{work.record.id}", "volume", check=work.check)


def _server_ids(record: Record) -> list[str]:
    return list(record.fields["server_ids"])


def _type_refs(record: Record) -> list[Ref]:
    type_id = record.fields.get("volume_type_id")
    return [Ref("volume_type", type_id)] if type_id else []
