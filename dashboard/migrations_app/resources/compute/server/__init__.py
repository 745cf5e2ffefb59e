"""Servers with their disks: halted, captured, copied, booted as their owner, and halted again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.clients.openstack import poll_until
from dashboard.errors import Retryable
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.compute.server.booting import (
    DELETION_MICROVERSION,
    boot,
    find_booted,
    remove_temporary_key,
)
from dashboard.migrations_app.resources.compute.server.fields import (
    ATTACHED,
    ATTR,
    USER_DATA,
    mac_addresses,
    server_record,
)
from dashboard.migrations_app.resources.compute.server.states import (
    ACTIVE,
    MOVABLE,
    PAUSED,
    SHUTOFF,
    SUSPENDED,
    bring_to,
    delete_server,
    fix_of,
    idle_server,
)
from dashboard.migrations_app.resources.ownership import acting_owner, lost_owner, resolve_owner
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    COMPLETE,
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
from dashboard.migrations_app.resources.storage.common import temporary_images
from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY
from dashboard.migrations_app.resources.work import Work

ATTACH_SECONDS = 1800
_ORDERED = {"ports": "port", "volumes": "volume"}
_ZONE = "OS-EXT-AZ:availability_zone"
_REFERENCES = ("kernel_id", "ramdisk_id")


class Server(ResourceType):
    """A Nova server. The source's stays, stopped, until the move is finalized."""

    name = "server"
    plural = "servers"
    found_by = FoundBy.MARKER
    choice = "an availability zone there"
    needs = (
        *("project", "user", "role_assignment", "flavor", "keypair", "image", "port", "volume"),
        "security_group",
    )
    copied = (
        *("name", "status", "description", "metadata", "tags", "key_name", "config_drive"),
        *("accessIPv4", "accessIPv6", "OS-DCF:diskConfig", f"{ATTR}hostname", USER_DATA),
    )
    mapped = {
        **_ORDERED,
        "user_id": "user",
        "flavor_id": "flavor",
        "root_volume": "volume",
        "deleted_volumes": "volume",
    }
    own = (
        *("id", "tenant_id", "hostId", "host_status", "created", "updated", "links", "progress"),
        *("flavor", "addresses", "security_groups", "fault", "locked_reason", ATTACHED),
        *("OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "OS-EXT-STS:task_state"),
        *("OS-EXT-STS:vm_state", "OS-EXT-STS:power_state", f"{ATTR}host", f"{ATTR}launch_index"),
        *(f"{ATTR}{name}" for name in ("hypervisor_hostname", "instance_name", "reservation_id")),
        *(f"{ATTR}{name}" for name in ("root_device_name", *_REFERENCES)),
        *("pinned_availability_zone", "scheduler_hints"),
    )
    lost = {
        "image": "The copy boots from a snapshot of the server's disk, not from its first image.",
        "locked": "Nova does not tell who locked it, so that the owner could not unlock it.",
        "server_groups": "Server groups are not carried.",
        "trusted_image_certificates": "The snapshot has no signature to check.",
        _ZONE: "Zones differ between clouds; map the server to a zone to have it there.",
    }
    stages = (
        Stage(name="stop", verb="Halt", phase=CUTOVER),
        Stage(name="capture", verb="Capture the disk of", phase=CUTOVER),
        Stage(name="transfer", verb="Copy the disk of", phase=CUTOVER),
        Stage(name="create", verb="Boot", phase=CUTOVER),
        Stage(name="attach", verb="Attach the volumes of", phase=CUTOVER),
        Stage(name="power", verb="Set the power state of", phase=CUTOVER),
        Stage(name="cleanup", verb="Remove the temporary images of", phase=COMPLETE),
    )

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's servers."""
        return [server_record(server, reader) for server in reader.servers]

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Boot it anywhere, or in the availability zone that was chosen."""
        if not choice:
            return Decision()
        zones = reader.list("compute", "/os-availability-zone", "availabilityZoneInfo")
        names = [zone["zoneName"] for zone in zones]
        if choice in names:
            return Decision(resolution={"availability_zone": choice})
        return Decision(
            problem=f"Cloud {reader.cloud.name} has no availability zone {choice!r}.",
            fix=f"Map server:{record.name} to one of: {', '.join(names)}.",
        )

    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Name the owner as lost when he does not act for himself."""
        return resolve_owner(record, decision, decision_of)

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """All that booting needs must be there before the server is halted, data excepted."""
        fields = record.fields
        key = f"{fields['user_id']}:{fields['key_name']}"
        stop = [
            *acting_owner(record, reader),
            Ref("flavor", fields["flavor_id"]),
            Ref("keypair", key),
            *(Ref("port", id_) for id_ in fields["ports"]),
            *(Ref("image", fields[f"{ATTR}{name}"]) for name in _REFERENCES),
        ]
        volumes = [Ref("volume", id_) for id_ in fields["volumes"]]
        root = [ref for ref in volumes if ref.id == fields["root_volume"]]
        return {"stop": [ref for ref in stop if ref.id], "create": root, "attach": volumes}

    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """What no server keeps, and what is in neither its root disk nor its volumes."""
        for loss in super().losses(record, reader):
            if (loss.field, loss.value) != (_ZONE, "nova"):
                yield loss
        yield from lost_owner(record, reader)
        if record.fields["flavor"].get("ephemeral"):
            reason = "The contents of ephemeral disks are not carried."
            yield Loss(field="ephemeral disk", value=record.fields["flavor"], reason=reason)
        if record.fields["status"] in (PAUSED, SUSPENDED):
            reason = "The memory is not carried: the copy boots anew before it is halted again."
            yield Loss(field="memory", value=record.fields["status"], reason=reason)

    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Block servers in states that cannot be moved, or that use what is not the tenant's."""
        for record in records:
            for sentence, fix in _obstacles(record, source):
                yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)

    def stop(self, work: Work) -> None:
        """Halt the source's server, its state noted before; what is halted already stays so."""
        server = idle_server(work.source, work.record.id, check=work.check)
        if not work.stage_data.get("status"):
            work.save(status=server["status"])
        if server["status"] not in (PAUSED, SUSPENDED):
            halted = SUSPENDED if work.options.get("capture") == "suspend" else SHUTOFF
            halted = SHUTOFF if server["status"] == SHUTOFF else halted
            bring_to(work.source, work.record.id, halted, check=work.check)

    def undo_stop(self, work: Work) -> None:
        """Bring the source's server back into the state that it had."""
        if status := work.stage_data.get("status"):
            bring_to(work.source, work.record.id, status, check=work.check)
            work.save(status="")

    def capture(self, work: Work) -> None:
        """Make a snapshot of the disk; a server that boots from a volume has none of its own."""
        if work.record.fields["root_volume"]:
            return
        image_id = (work.resumed and _find_snapshot(work)) or _create_snapshot(work)
        work.save(source_image=image_id)
        temporary_images.await_captured(
            work,
            image_id,
            is_at_work=lambda: _is_at_work(work),
            what=f"the snapshot of server {work.record.name}",
        )

    def undo_capture(self, work: Work) -> None:
        """Remove the snapshot."""
        temporary_images.remove_from_source(work, _snapshot_name(work))

    def transfer(self, work: Work) -> None:
        """Copy the snapshot to the destination."""
        if not work.record.fields["root_volume"]:
            temporary_images.transfer(work)

    def undo_transfer(self, work: Work) -> None:
        """Remove the snapshot from the destination."""
        temporary_images.remove_from_destination(work)
        work.save(digest="", size=0)

    def find(self, work: Work) -> str | None:
        """Look for the marker in the metadata of the tenant's servers."""
        return find_booted(work)

    def create(self, work: Work) -> str:
        """Boot the copy on its ports and wait until it runs."""
        return boot(work)

    def remove(self, work: Work) -> None:
        """Delete the copy and wait until its ports and volumes are free."""
        delete_server(work.destination, work.destination_id, check=work.check)
        remove_temporary_key(work)

    def attach(self, work: Work) -> None:
        """Attach the data volumes one after the other, so that the devices keep their order."""
        path = f"/servers/{work.destination_id}/os-volume_attachments"
        listed = work.destination.list("compute", path, "volumeAttachments")
        attached = {attachment["volumeId"] for attachment in listed}
        for source_id in work.record.fields["volumes"]:
            volume_id = work.destination_id_of("volume", source_id)
            if volume_id not in attached:
                work.session_as(work.record.fields["user_id"]).post(
                    "compute", path, {"volumeAttachment": {"volumeId": volume_id}}
                )
            _await_volume(work, volume_id, "in-use")
        self._set_deletion(work, path)

    def _set_deletion(self, work: Work, path: str) -> None:
        """Have those volumes deleted with the copy that would be with the source's server."""
        if not work.destination.supports("compute", DELETION_MICROVERSION):
            return
        for source_id in work.record.fields["deleted_volumes"]:
            volume_id = work.destination_id_of("volume", source_id)
            body = {"volumeId": volume_id, "delete_on_termination": True}
            work.destination.put(
                "compute",
                f"{path}/{volume_id}",
                {"volumeAttachment": body},
                microversion=DELETION_MICROVERSION,
            )

    def undo_attach(self, work: Work) -> None:
        """Detach the data volumes: they are removed by themselves."""
        if not work.destination_id:
            return
        path = f"/servers/{work.destination_id}/os-volume_attachments"
        root = work.record.fields["root_volume"]
        for source_id in work.record.fields["volumes"]:
            if source_id != root:
                volume_id = work.destination_id_of("volume", source_id)
                work.destination.delete("compute", f"{path}/{volume_id}")
                _await_volume(work, volume_id, "available")

    def power(self, work: Work) -> None:
        """Bring the copy into the state that the source's server had."""
        status = work.stage_data.get("status") or ACTIVE
        bring_to(work.destination, work.destination_id, status, check=work.check)

    def undo_power(self, work: Work) -> None:
        """Wake a suspended copy: Nova detaches no volume from it."""
        server = work.destination.find("compute", f"/servers/{work.destination_id}", "server")
        if server and server["status"] == SUSPENDED:
            bring_to(work.destination, work.destination_id, ACTIVE, check=work.check)

    def cleanup(self, work: Work) -> None:
        """Remove the temporary images of both clouds, and the key that was lent."""
        temporary_images.remove_from_destination(work)
        temporary_images.remove_from_source(work, _snapshot_name(work))
        remove_temporary_key(work)

    def finalize(self, work: Work) -> None:
        """Delete the server from the source and wait until its volumes are free."""
        delete_server(work.source, work.record.id, check=work.check)

    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        """Return the source's server with the state that it had before it was halted."""
        status = stage_data.get("status") or record.fields["status"]
        return replace(record, fields={**record.fields, "status": status})

    def differences(
        self,
        source: Record,
        destination: Record,
        destination_id_of: IdLookup,
    ) -> Iterable[Difference]:
        """Compare field by field; interfaces and volumes in the order that the guest sees."""
        for difference in super().differences(source, destination, destination_id_of):
            if difference.field not in _ORDERED:
                yield difference
        for name, type_name in _ORDERED.items():
            expected = [destination_id_of(type_name, id_) for id_ in source.fields[name]]
            if expected != destination.fields[name]:
                yield Difference(field=name, source=expected, destination=destination.fields[name])


def _obstacles(record: Record, reader: TenantReader) -> Iterable[tuple[str, str]]:
    """Return why a server cannot be moved, each with what to do."""
    fields, label = record.fields, f"Server {record.name}"
    if fields["status"] not in MOVABLE:
        yield f"{label} is {fields['status']}.", f"{fix_of(fields['status'])}, then plan again."
    if not fields["flavor_id"]:
        yield f"{label} has a flavor that was deleted.", "Resize it to another, then plan again."
    if len(fields["ports"]) < len(mac_addresses(dict(fields))):
        yield f"{label} has a port of another project.", "Give it one of its own, then plan again."
    others = set(fields["volumes"]) - {volume["id"] for volume in reader.volumes}
    for volume_id in sorted(others):
        yield f"{label} has volume {volume_id} of another project.", "Detach it, then plan again."


def _snapshot_name(work: Work) -> str:
    # Glance takes 255 characters
    return f"{work.record.name[:200]}-snapshot-{work.record.id}"


def _find_snapshot(work: Work) -> str:
    image = temporary_images.find_image(work.source, **{TEMPORARY: temporary_images.label(work)})
    return str(image["id"]) if image else ""


def _create_snapshot(work: Work) -> str:
    """Start a snapshot of the source's server and give its id.

    Nova tells the id in a header or, from 2.45 on, in the body; Glance lists it in either case.
    """
    idle_server(work.source, work.record.id, check=work.check)
    metadata = {TEMPORARY: temporary_images.label(work)}
    body = {"createImage": {"name": _snapshot_name(work), "metadata": metadata}}
    work.source.post("compute", f"/servers/{work.record.id}/action", body)
    image_id = _find_snapshot(work)
    if not image_id:
        raise Retryable(f"The snapshot of server {work.record.name} is not in Glance's list.")
    return image_id


def _is_at_work(work: Work) -> bool:
    server = work.source.get("compute", f"/servers/{work.record.id}", "server")
    return bool(server.get("OS-EXT-STS:task_state"))


def _await_volume(work: Work, volume_id: str, status: str) -> None:
    def there() -> bool | None:
        volume = work.destination.find("block_storage", f"/volumes/{volume_id}", "volume")
        return True if volume is None or volume["status"] == status else None

    poll_until(
        there,
        what=f"volume {volume_id} to become {status}",
        seconds=ATTACH_SECONDS,
        check=work.check,
    )
