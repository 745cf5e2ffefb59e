"""Roles: nearly always there already, under the same name."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.migrations_app.resources.identity.common.keystone import KeystoneResource
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, MARKER, Decision, Record


class Role(KeystoneResource):
    """A Keystone role that somebody has on the project. One of the same name is adopted."""

    name = "role"
    plural = "roles"
    choice = "name or id of a role there"
    copied = ("name", "description")
    own = ("id", "links", "domain_id", "options", MARKER)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        assigned = {assignment["role"]["id"] for assignment in reader.role_assignments}
        for role in reader.list("identity", "/roles", "roles"):
            if role["id"] in assigned:
                yield self.record(role)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
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
