"""What Keystone's projects, roles and users have in common.

The marker is their description until the call that completes them puts the source's in its place.
Older versions put it into an attribute of its own, which stayed.
"""

from collections.abc import Collection, Iterable
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.domains import domain_of
from dashboard.migrations_app.resources.marking import carries_marker, marked_description
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import FoundBy, Loss, Record
from dashboard.migrations_app.resources.work import Work

_RESOLVED = ("name", "parent_id", "default_project_id")
"""What the plan's decision has found out and the create call sends."""


class KeystoneResource(ResourceType):
    """A resource of the identity API: ``plural`` is its path, ``name`` the key of its body."""

    found_by: ClassVar[FoundBy] = FoundBy.MARKER

    def record(self, fields: Json) -> Record:
        """Return the record of an object, with None for what is not set: Keystone leaves it out."""
        fields = {**dict.fromkeys(self.copied), **fields}
        return Record(type=self.name, id=fields["id"], name=fields["name"], fields=fields)

    def body(self, work: Work) -> Json:
        """Return the attributes to create the object with, its marker included."""
        return {
            **only_set(work.record.fields, self.copied),
            **{key: work.resolution[key] for key in _RESOLVED if key in work.resolution},
            **({"domain_id": domain_id} if (domain_id := domain_of(work)) else {}),
            "description": marked_description(work),
        }

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those that are discovered, and those that nobody has a role by, or of, yet."""
        found = {each.id: each for each in self.discover(reader) if each.id in ids}
        yield from found.values()
        for id_ in sorted({*ids} - found.keys()):
            if fields := reader.cloud.find("identity", f"/{self.plural}/{id_}", self.name):
                yield self.record(fields)

    @override
    def find(self, work: Work) -> str | None:
        name = work.resolution.get("name", work.record.name)
        found = work.destination.list("identity", f"/{self.plural}", self.plural, name=name)
        marked = (e["id"] for e in found if carries_marker(work, e.get("description"), e))
        return next(marked, None)

    @override
    def create(self, work: Work) -> str:
        body = {self.name: self.body(work)}
        created = work.destination.post("identity", f"/{self.plural}", body, self.name)
        return str(created["id"])

    @override
    def complete(self, work: Work) -> None:
        """Put the source's description in place of the marker."""
        self.change(work, description=work.record.fields.get("description") or "")

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", f"/{self.plural}/{work.destination_id}")

    def change(self, work: Work, **fields: object) -> None:
        """Change attributes of the object on the destination."""
        path = f"/{self.plural}/{work.destination_id}"
        work.destination.patch("identity", path, {self.name: fields})


def domain_id_named(name: str, reader: TenantReader) -> str:
    """Return the id of the cloud's domain of that name, "" when there is none."""
    return next((id_ for id_, each in reader.domains.items() if each == name), "")


def name_losses(record: Record, name: str) -> tuple[Loss, ...]:
    """Return the loss of an object's name if the operator has chosen another one."""
    if name == record.name:
        return ()
    return (Loss(field="name", value=record.name, reason=f"It was chosen to become {name}."),)
