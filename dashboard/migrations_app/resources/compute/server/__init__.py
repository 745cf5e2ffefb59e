"""Servers with their disks: halted, captured, copied, booted as their owner, and halted again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import unknown_choice
from dashboard.migrations_app.resources.compute.server.access import (
    access_leftovers,
    grant_access,
    revoke_access,
)
from dashboard.migrations_app.resources.compute.server.attaching import (
    attach_volumes,
    detach_others,
    detach_volumes,
)
from dashboard.migrations_app.resources.compute.server.attributes import OWN
from dashboard.migrations_app.resources.compute.server.base_image import keep_base_image
from dashboard.migrations_app.resources.compute.server.boot_user import (
    ZERO_DISKS_BY_ADMINS,
    with_booting_operator,
)
from dashboard.migrations_app.resources.compute.server.booting import (
    boot,
    find_booted,
    remove_from_metadata,
    remove_temporary_key,
    set_tags,
    take_off_marker,
)
from dashboard.migrations_app.resources.compute.server.comparing import (
    ORDERED,
    is_compared_as_value,
    special_differences,
)
from dashboard.migrations_app.resources.compute.server.copy_states import (
    settle_copy,
    unsettle_copy,
)
from dashboard.migrations_app.resources.compute.server.devices import (
    OF_DEVICES,
    ROOT,
    store_tags,
)
from dashboard.migrations_app.resources.compute.server.fields import (
    ATTR,
    EXTRA_SPECS,
    FROM_IMAGE,
    USER_DATA,
    has_disk_to_copy,
    server_record,
)
from dashboard.migrations_app.resources.compute.server.grouping import with_group
from dashboard.migrations_app.resources.compute.server.halting import (
    halt_original,
    restore_original,
)
from dashboard.migrations_app.resources.compute.server.locks import (
    BY,
    LOCKED,
    REASON,
)
from dashboard.migrations_app.resources.compute.server.losses import source_losses
from dashboard.migrations_app.resources.compute.server.obstacles import obstacles
from dashboard.migrations_app.resources.compute.server.orders import predecessors
from dashboard.migrations_app.resources.compute.server.plan_findings import (
    plan_findings,
    rescue_finding,
)
from dashboard.migrations_app.resources.compute.server.reduced import reduced_server
from dashboard.migrations_app.resources.compute.server.refusals import refused_losses
from dashboard.migrations_app.resources.compute.server.requirements import requirements
from dashboard.migrations_app.resources.compute.server.states import (
    ACTIVE,
    BROKEN,
    delete_server,
    halt_copy,
)
from dashboard.migrations_app.resources.compute.server.zones import ZONE, choose_zone, zones_of
from dashboard.migrations_app.resources.data_path import PREPARES
from dashboard.migrations_app.resources.disk_stages import DiskStages
from dashboard.migrations_app.resources.flavor_sizes import SIZES, admins_boot_zero_disks
from dashboard.migrations_app.resources.ownership import ROLES_OF_OWNERS, with_owner_losses
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    COMPLETE,
    CUTOVER,
    MAP,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work


class Server(DiskStages, ResourceType):
    """A Nova server. The source's stays, stopped, until the move is finalized."""

    name = "server"
    plural = "servers"
    found_by = FoundBy.MARKER
    choice = "an availability zone there"
    needs = (
        *("project", "user", *ROLES_OF_OWNERS, "flavor", "keypair", "image", "port", "volume"),
        *("security_group", "trunk", "server_group", "flavor_access"),
    )
    does_without = (
        *("user", *ROLES_OF_OWNERS, "keypair", "trunk", "server_group", "flavor_access"),
    )
    detaches = ("volumes",)
    copied = (
        *("name", "status", "description", "metadata", "tags", "key_name", "config_drive"),
        *("accessIPv4", "accessIPv6", "OS-DCF:diskConfig", f"{ATTR}hostname", USER_DATA),
        *(
            *OF_DEVICES,
            ROOT,
            *SIZES,
            EXTRA_SPECS,
            ZONE,
            LOCKED,
            REASON,
            BY,
            "trusted_image_certificates",
        ),
    )
    mapped = {
        **ORDERED,
        **{"image": "image", "user_id": "user", "server_groups": "server_group"},
        "flavor_id": "flavor",
        "root_volume": "volume",
        "deleted_volumes": "volume",
    }
    own = OWN
    lost = {FROM_IMAGE: "The copy boots from the server's image: its disk is not copied."}
    halted_from = "create"
    goes_in_chain = True
    has_data = True
    stages = (
        Stage(name="prepare", verb="Copy ahead the disk of", on_demand=PREPARES),
        Stage(name="stop", verb="Halt", phase=CUTOVER, on_source=True),
        Stage(name="capture", verb="Capture the disk of", phase=CUTOVER),
        Stage(name="transfer", verb="Copy the disk of", phase=CUTOVER),
        Stage(name="create", verb="Boot", phase=CUTOVER),
        Stage(name="attach", verb="Attach the volumes of", phase=CUTOVER),
        Stage(name="power", verb="Set the power state of", phase=CUTOVER),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        return [server_record(server, reader) for server in reader.servers]

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Boot it in the zone that was chosen, or in the one of the same name, or in any."""
        offered = zones_of(reader) if choice else [choice]
        if choice not in offered:
            return unknown_choice(record, "availability zone", choice, offered, reader)
        chosen = choose_zone(record, choice, reader)
        resolution: Json = {
            ZERO_DISKS_BY_ADMINS: admins_boot_zero_disks(reader.cloud),
            "availability_zone": chosen.zone,
        }
        losses = [*refused_losses(record, reader.cloud), *chosen.losses]
        return Decision(resolution=resolution, losses=losses)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Add its group, the loss of an owner who cannot act, and the sizes of a flavor mapped."""
        decision = with_owner_losses(record, decision, decision_of)
        decision = with_group(record, decision, decision_of)
        flavor = decision_of("flavor", record.fields["flavor_id"])
        decision = with_booting_operator(record, decision, flavor)
        if flavor is None or flavor.action != MAP:
            return decision
        return replace(decision, losses=(*decision.losses, *flavor.losses))

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return requirements(record, reader)

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return predecessors(record, reader)

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the server without data volumes and a key that are left out."""
        return reduced_server(record, left_out)

    @override
    def kept_with(self, record: Record, required: Iterable[Ref]) -> Iterable[Ref]:
        """Return also the image: Nova needs it to rebuild the server, or to move it."""
        yield from super().kept_with(record, required)
        yield Ref("image", record.fields.get("image", ""))

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return also what is in neither the root disk nor the volumes."""
        yield from super().losses(record, reader)
        yield from source_losses(record, reader)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        for record in records:
            for sentence, fix in obstacles(record, source):
                yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)
            if finding := rescue_finding(record):
                yield record, finding
        for finding in plan_findings(records, source):
            yield None, finding

    def stop(self, work: Work) -> None:
        """Halt the source's server, unless it is halted, after storing its state and its tags."""
        store_tags(work)
        halt_original(work)

    def undo_stop(self, work: Work) -> None:
        """Bring the source's server back into the state that it had."""
        restore_original(work)

    @override
    def capture(self, work: Work) -> None:
        """Make a snapshot of the disk; a server that boots from a volume has none of its own."""
        if has_disk_to_copy(work.record.fields):
            super().capture(work)

    @override
    def transfer(self, work: Work) -> None:
        if has_disk_to_copy(work.record.fields):
            super().transfer(work)

    @override
    def find(self, work: Work) -> str | None:
        return find_booted(work)

    @override
    def create(self, work: Work) -> str:
        grant_access(work)
        return boot(work)

    @override
    def complete(self, work: Work) -> None:
        """Take off the marker, and set what no create call takes."""
        take_off_marker(work)
        set_tags(work)
        keep_base_image(work)

    @override
    def halt(self, work: Work) -> None:
        if work.stage_data.get("status") == ACTIVE:
            work.begin_outage()
        halt_copy(work.destination, work.destination_id, check=work.check)

    @override
    def remove(self, work: Work) -> None:
        work.log(f"Deleting server {work.record.title}, and waiting until it is gone.")
        delete_server(work.destination, work.destination_id, check=work.check)

    @override
    def take_back(self, work: Work) -> None:
        """Revoke the access to flavor and image, and remove the operator's temporary key."""
        remove_temporary_key(work)
        revoke_access(work)

    @override
    def is_taken(self, stage_data: Mapping[str, Any]) -> bool:
        return stage_data.get("status") in (ACTIVE, *BROKEN)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        if name := stage_data.get("temporary_key"):
            yield f"temporary key {name} removed from the operator's account"
        yield from access_leftovers(stage_data)

    def attach(self, work: Work) -> None:
        """Attach the data volumes."""
        attach_volumes(work)

    def undo_attach(self, work: Work) -> None:
        """Detach the data volumes: each is removed on its own."""
        detach_volumes(work)

    def power(self, work: Work) -> None:
        """Bring the copy into the state that the source's server had."""
        settle_copy(work)

    def undo_power(self, work: Work) -> None:
        """Unlock the copy, and resume it if it is suspended: Nova detaches no volume from it."""
        unsettle_copy(work)

    def cleanup(self, work: Work) -> None:
        """Remove the temporary images from both clouds, and the operator's temporary key."""
        work.data_path.cleanup(work)
        remove_temporary_key(work)
        remove_from_metadata(work)

    @override
    def finalize(self, work: Work) -> None:
        """Delete the server, and the temporary image that its move has left.

        For good if it has volumes, which could not be deleted else.
        """
        work.data_path.release(work)
        detach_others(work)
        has_volumes = bool(work.record.fields["volumes"])
        work.end_outage()
        if not delete_server(work.source, work.record.id, check=work.check, for_good=has_volumes):
            work.log(
                f"Server {work.record.name} is SOFT_DELETED: Nova removes it after its reclaim "
                "interval; until then it can be restored, without its ports."
            )

    @override
    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        status = stage_data.get("status") or record.fields["status"]
        return replace(record, fields={**record.fields, "status": status})

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        for difference in super().differences(source, destination, destination_id_of):
            if is_compared_as_value(source, destination, difference.field):
                yield difference
        yield from special_differences(source, destination, destination_id_of)
