"""Images: the tenant's own with their bytes, and those of others that its servers boot from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.image_stream import copy_image, told_digest
from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import mapped_to_only
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    BLOCK,
    MARKER,
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.servers_of_others import server_of_others
from dashboard.migrations_app.resources.storage.common.image_keys import (
    TYPE_OF_SECRETS,
    secret_refs,
    secrets_of,
    translated,
    with_secrets,
)
from dashboard.migrations_app.resources.storage.common.image_patches import (
    change_image,
    remove_property,
)
from dashboard.migrations_app.resources.storage.common.image_properties import (
    COPIED,
    DATA,
    OPTIONAL,
    OWN,
    REFERENCES,
    attributes_of,
    properties_of,
)
from dashboard.migrations_app.resources.storage.common.image_schema import (
    FOR_EVERYBODY,
    HIDDEN,
    attributes_there,
    creation,
    offered,
    visibility_with_members,
)
from dashboard.migrations_app.resources.storage.common.shelved_images import shelved_image_ids
from dashboard.migrations_app.resources.storage.common.temporary_names import is_temporary
from dashboard.migrations_app.resources.storage.common.volumes_of_others import volume_of_others
from dashboard.migrations_app.resources.work import Work

_SHARED = "shared"
# a snapshot of a server that boots from a volume: no bytes, only the ids of snapshots of volumes
_MAPPING = "block_device_mapping"


class Image(ResourceType):
    """A Glance image with its bytes. Of images of other projects, equal ones are adopted."""

    name = "image"
    plural = "images"
    found_by = FoundBy.MARKER
    is_shareable = True
    choice = "name or id of an image there"
    needs = ("project", "secret")
    copied = (*COPIED, *OPTIONAL, *DATA, "properties")
    mapped = dict.fromkeys(REFERENCES, "image")
    # each member is an object of its own
    own = (*OWN, "members")

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's images, hidden ones included, and those that its servers use.

        The disk of a shelved server moves with the server.
        """
        own = [
            *reader.list("image", "/images", "images", owner=reader.tenant.id),
            *reader.list("image", "/images", "images", owner=reader.tenant.id, os_hidden="true"),
        ]
        shared_as = visibility_with_members(reader)
        disks = shelved_image_ids(reader.servers, own)
        moved = (each for each in own if not is_temporary(each) and each["id"] not in disks)
        records = [_record(image, reader, shared_as) for image in moved]
        yield from records
        known = {image["id"] for image in own}
        used = _used_images(reader, records) - known
        others = [*self._read(reader, used)]
        yield from others
        # an image of others may have a kernel and a ramdisk of its own
        yield from self._read(reader, _referred_to(others) - known - used)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return the images with these ids, those that belong to the operator included."""
        own = [record for record in self.discover(reader) if record.id in ids]
        return [*own, *self._read(reader, {*ids} - {record.id for record in own})]

    def _read(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those images that still exist: servers outlive the images that they boot from."""
        shared_as = visibility_with_members(reader) if ids else ""
        for image_id in sorted(ids):
            image = reader.cloud.find("image", f"/images/{image_id}")
            if image and not is_temporary(image):
                yield _record(image, reader, shared_as)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the image, or adopt an equal one for an image of another project."""
        if choice:
            return mapped_to_only(self, record, choice, _named(choice, reader), reader)
        if reason := _without_data(record):
            return Decision(action=SKIP, reason=reason)
        if record.shared:
            usable = (*FOR_EVERYBODY, visibility_with_members(reader))
            for image in reader.list("image", "/images", "images", name=record.name):
                is_usable = image["status"] == "active" and image["visibility"] in usable
                if is_usable and _same_bytes(record.fields, image):
                    return Decision(action=ADOPT, destination_id=image["id"])
        return creation(record, reader)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        return with_secrets(record, decision, decision_of)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the project that will own it, its kernel and its ramdisk."""
        used = [record.fields.get(name) for name in REFERENCES]
        project = Ref("project", reader.tenant.id)
        images = [Ref("image", image_id) for image_id in used if image_id]
        return {"create": [project, *images, *secret_refs(record)]}

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return also that the bytes are in one place only, where the source has them in several.

        In which store an image is, and at which address, is a matter of each Glance's own.
        """
        yield from super().losses(record, reader)
        stores = str(record.fields.get("stores") or "")
        places = stores.split(",") if stores else record.fields.get("locations") or ()
        if len(places) > 1:
            reason = "The copy is in the destination's default store only."
            yield Loss(field="stores" if stores else "locations", value=places, reason=reason)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        for record in records:
            for name in ("disk_format", "container_format"):
                values = offered(name, destination)
                if values and record.fields.get(name) not in values:
                    yield record, _refused(record, name, destination)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return the differences; the copy names copies of the secrets."""
        properties = translated(
            source.fields.get("properties") or {},
            lambda id_: destination_id_of(TYPE_OF_SECRETS, id_) or id_,
        )
        told = {"properties": properties} if "properties" in source.fields else {}
        expected = replace(source, fields={**source.fields, **told})
        yield from super().differences(expected, destination, destination_id_of)

    @override
    def find(self, work: Work) -> str | None:
        """Look for the marker; an image that a crash left incomplete is removed."""
        query = {MARKER: work.marker}
        # a Glance that hides nothing would take it for a property
        if attributes_there(work.record, work.resolution).get(HIDDEN):
            query[HIDDEN] = "true"
        for image in [*work.destination.list("image", "/images", "images", **query)]:
            if image["status"] == "active" and _same_bytes(work.record.fields, image):
                return str(image["id"])
            work.destination.delete("image", f"/images/{image['id']}")
        return None

    @override
    def create(self, work: Work) -> str:
        source = work.source.get("image", f"/images/{work.record.id}")
        needs_secrets = secrets_of(work.record.fields["properties"])
        image_id, digest = copy_image(
            work.source,
            source,
            # Glance reads the certificate as whoever uploads: it is in the tenant's project
            work.session_as("") if needs_secrets else work.destination,
            self._body(work),
            progress=work.progress,
            check=work.check,
        )
        work.save(digest=str(digest), size=digest.size)
        return image_id

    def _body(self, work: Work) -> Json:
        fields = work.record.fields
        body: Json = {
            **translated(
                fields["properties"], lambda id_: work.destination_id_of(TYPE_OF_SECRETS, id_)
            ),
            **only_set(fields, (*COPIED, "tags")),
            **attributes_there(work.record, work.resolution),
            MARKER: work.marker,
        }
        # an image for everybody belongs to the operator; any other must be the tenant's to be seen
        if not (work.record.shared and body["visibility"] in FOR_EVERYBODY):
            body["owner"] = work.project_id
        for name in REFERENCES:
            if fields.get(name):
                body[name] = work.destination_id_of("image", fields[name])
        return body

    @override
    def complete(self, work: Work) -> None:
        """Take off the marker, and protect the image if the source's is protected."""
        remove_property(work.destination, work.destination_id, MARKER)
        if work.record.fields.get("protected"):
            _protect(work, True)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return the first server, volume or member that is not the tenant's."""
        if server := server_of_others(work, "image"):
            return f"server {server} boots from it"
        if volume := volume_of_others(work):
            return f"volume {volume} was made from it"
        path = f"/images/{work.destination_id}"
        image = work.destination.find("image", path)
        if not image or image["visibility"] != "shared":
            return ""
        members = work.destination.get("image", f"{path}/members")["members"]
        others = [each["member_id"] for each in members if each["status"] == "accepted"]
        return f"project {others[0]} is a member of it" if others else ""

    @override
    def remove(self, work: Work) -> None:
        """Delete the image, protected or not."""
        path = f"/images/{work.destination_id}"
        image = work.destination.find("image", path)
        if image and image["protected"]:
            _protect(work, False)
        work.destination.delete("image", path)

    @override
    def finalize(self, work: Work) -> None:
        if work.record.fields.get("protected"):
            _patch_protected(work.source, work.record.id, False)
        work.source.delete("image", f"/images/{work.record.id}")


def _record(image: Json, reader: TenantReader, shared_as: str) -> Record:
    """Return the record of an image, with users' properties apart and with its members.

    One with members is shared, whatever its Glance calls that: newer ones refuse members otherwise.
    """
    members = _members(image, reader) if image["visibility"] == shared_as else []
    fields = {
        **attributes_of(image),
        **({"visibility": _SHARED} if members else {}),
        "properties": properties_of(image),
        "members": members,
    }
    return Record(
        type="image",
        id=image["id"],
        name=image.get("name") or "",
        fields=fields,
        shared=image.get("owner") != reader.tenant.id,
    )


def _members(image: Json, reader: TenantReader) -> list[str]:
    members = reader.list("image", f"/images/{image['id']}/members", "members")
    return [member["member_id"] for member in members]


def _used_images(reader: TenantReader, own: Iterable[Record]) -> set[str]:
    """Return the ids of the images that the tenant's servers and images name."""
    of_servers = {server["image"]["id"] for server in reader.servers if server["image"]}
    named = {
        server.get(f"OS-EXT-SRV-ATTR:{name}") for server in reader.servers for name in REFERENCES
    }
    return of_servers | {image_id for image_id in named if image_id} | _referred_to(own)


def _referred_to(records: Iterable[Record]) -> set[str]:
    """Return the ids of the kernels and ramdisks of images."""
    named = {record.fields.get(name) for record in records for name in REFERENCES}
    return {image_id for image_id in named if image_id}


def _without_data(record: Record) -> str:
    """Return why an image has no bytes to copy, "" if it has."""
    if record.fields["status"] != "active":
        return f"The image is {record.fields['status']}, not active."
    if _MAPPING in record.fields["properties"] and not record.fields["size"]:
        return "The image only names snapshots of volumes, which are not migrated."
    return ""


def _named(name: str, reader: TenantReader) -> list[Json]:
    """Return the images of that name, else the one of that id."""
    by_name = reader.list("image", "/images", "images", name=name)
    by_id = None if by_name else reader.cloud.find("image", f"/images/{name}")
    return by_name or ([by_id] if by_id else [])


def _same_bytes(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two images have the same hash: MD5 if their clouds prefer different ones."""
    mine, theirs = told_digest(one), told_digest(other)
    if mine[0] == theirs[0]:
        return bool(mine[1]) and mine == theirs
    return bool(one.get("checksum")) and one["checksum"] == other.get("checksum")


def _refused(record: Record, name: str, destination: TenantReader) -> Finding:
    return Finding(
        severity=BLOCK,
        sentence=f"Image {record.title} has {name.replace('_', ' ')} {record.fields.get(name)}, "
        f"which cloud {destination.cloud.name} does not accept.",
        fix="Convert it in the source, or allow the format in glance-api.conf there.",
    )


def _protect(work: Work, protected: bool) -> None:
    _patch_protected(work.destination, work.destination_id, protected)


def _patch_protected(cloud: CloudSession, image_id: str, protected: bool) -> None:
    change_image(cloud, image_id, {"op": "replace", "path": "/protected", "value": protected})
