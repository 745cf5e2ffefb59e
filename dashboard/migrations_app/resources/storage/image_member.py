"""Members of images: grants of one project's image to another one, made when both have moved."""

from collections.abc import Collection, Iterable, Mapping

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.grants import awaited_by, unless_foreign
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    Decision,
    DecisionLookup,
    FoundBy,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.storage.common.image_schema import visibility_with_members
from dashboard.migrations_app.resources.work import Work

_PENDING = "pending"


class ImageMember(ResourceType):
    """A project with which an image is shared. Its id is made of the image's and the project's.

    The plan of either project has it: that of the image's owner, and that of the member, where the
    image has moved before (it is ``shared`` then: finalizing the member deletes nothing).
    """

    name = "image_member"
    plural = "image members"
    # the pair of ids: a project is a member once
    found_by = FoundBy.LEDGER
    needs = ("project", "image")
    copied = ("status",)
    mapped = {"image_id": "image", "member_id": "project"}
    own = ("created_at", "updated_at", "schema")

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the members of the tenant's images, and what moved projects share with it."""
        tenant_id, shared_as = reader.tenant.id, visibility_with_members(reader)
        for image in _images_of(reader, tenant_id, shared_as):
            for member in _members(reader, image):
                if _is_there(reader, member):
                    yield _record(reader, image, member)
        for owner_id in reader.migrated_of("project"):
            for image in _images_of(reader, owner_id, shared_as) if owner_id != tenant_id else ():
                if ("image", image["id"]) in reader.migrated:
                    yield from _of_tenant(reader, image)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those members that are still there, whoever owns the image."""
        shared_as = visibility_with_members(reader) if ids else ""
        for image_id in sorted({id_.partition(":")[0] for id_ in ids}):
            image = reader.cloud.find("image", f"/images/{image_id}")
            if image and image["visibility"] == shared_as:
                found = (_record(reader, image, each) for each in _members(reader, image))
                yield from (record for record in found if record.id in ids)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Wait for the member to move; its own plan, or the next one of this tenant, has it then.

        Of an image that moved before, the member is the tenant itself.
        """
        if record.shared or ("project", record.fields["member_id"]) in reader.destination_ids:
            return Decision()
        return awaited_by(record)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave the members of an image alone that is not this installation's own there."""
        of_image = decision_of("image", record.fields["image_id"])
        reason = "Its image is not created there: who uses the other one is not changed."
        return unless_foreign(decision, of_image, reason)

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("image", record.fields["image_id"])]

    @override
    def find(self, work: Work) -> str | None:
        image_id, project_id = self._ids(work)
        members = work.destination.list("image", f"/images/{image_id}/members", "members")
        is_there = project_id in {each["member_id"] for each in members}
        return f"{image_id}:{project_id}" if is_there else None

    @override
    def create(self, work: Work) -> str:
        image_id, project_id = self._ids(work)
        work.destination.post("image", f"/images/{image_id}/members", {"member": project_id})
        return f"{image_id}:{project_id}"

    @override
    def complete(self, work: Work) -> None:
        """Answer for the member as it did: Glance lets itself and administrators do so."""
        status = work.record.fields["status"]
        if status != _PENDING:
            work.destination.put("image", _path(work.destination_id), {"status": status})

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("image", _path(work.destination_id))

    def _ids(self, work: Work) -> tuple[str, str]:
        fields: Mapping[str, str] = work.record.fields
        image_id = work.destination_id_of("image", fields["image_id"])
        return image_id, work.destination_id_of("project", fields["member_id"])


def _path(id_: str) -> str:
    image_id, _, project_id = id_.partition(":")
    return f"/images/{image_id}/members/{project_id}"


def _images_of(reader: TenantReader, owner_id: str, visibility: str) -> list[Json]:
    """Return the images of a project that can have members, also hidden ones."""
    found = [
        *reader.list("image", "/images", "images", owner=owner_id),
        *reader.list("image", "/images", "images", owner=owner_id, os_hidden="true"),
    ]
    return [image for image in found if image["visibility"] == visibility]


def _members(reader: TenantReader, image: Json) -> list[Json]:
    return reader.list("image", f"/images/{image['id']}/members", "members")


def _is_there(reader: TenantReader, member: Json) -> bool:
    """Return whether a member exists: Glance keeps those whose project was deleted."""
    path = f"/projects/{member['member_id']}"
    return reader.cloud.find("identity", path, "project") is not None


def _of_tenant(reader: TenantReader, image: Json) -> Iterable[Record]:
    for member in _members(reader, image):
        if member["member_id"] == reader.tenant.id:
            yield _record(reader, image, member)


def _record(reader: TenantReader, image: Json, member: Json) -> Record:
    project_id = member["member_id"]
    project = reader.cloud.find("identity", f"/projects/{project_id}", "project") or {}
    return Record(
        type="image_member",
        id=f"{image['id']}:{project_id}",
        name=f"{image.get('name') or image['id']} for {project.get('name', project_id)}",
        fields=member,
        shared=image.get("owner") != reader.tenant.id,
    )
