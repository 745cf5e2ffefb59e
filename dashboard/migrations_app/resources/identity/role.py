"""Roles: nearly always there already, under the same name."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, MARKER, Decision, FoundBy, Record
from dashboard.migrations_app.resources.work import Work


class Role(ResourceType):
    """A Keystone role that somebody holds on the project."""

    name = "role"
    plural = "roles"
    found_by = FoundBy.MARKER
    choice = "name or id of a role there"
    copied = ("name", "description")
    own = ("id", "links", "domain_id", "options", MARKER)

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the roles that are assigned on the project."""
        assigned = {a["role"]["id"] for a in reader.role_assignments}
        for role in reader.list("identity", "/roles", "roles"):
            if role["id"] in assigned:
                yield Record(type=self.name, id=role["id"], name=role["name"], fields=role)

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Adopt the role of the same name; create one where there is none."""
        name = choice or record.name
        for role in reader.list("identity", "/roles", "roles"):
            if name in (role["name"], role["id"]):
                return Decision(action=ADOPT, destination_id=role["id"])
        if choice:
            return Decision(
                problem=f"Cloud {reader.cloud.name} has no role {choice!r}.",
                fix=f"Choose another one for role:{record.name}.",
            )
        return Decision()

    def find(self, work: Work) -> str | None:
        """Look for the marker on the role of that name."""
        found = work.destination.list("identity", "/roles", "roles", name=work.record.name)
        return next((role["id"] for role in found if role.get(MARKER) == work.record.id), None)

    def create(self, work: Work) -> str:
        """Create the role; Keystone keeps the marker as a unknown attribute."""
        body = {**only_set(work.record.fields, self.copied), MARKER: work.record.id}
        return str(work.destination.post("identity", "/roles", {"role": body}, "role")["id"])

    def remove(self, work: Work) -> None:
        """Delete the role from the destination."""
        work.destination.delete("identity", f"/roles/{work.destination_id}")
