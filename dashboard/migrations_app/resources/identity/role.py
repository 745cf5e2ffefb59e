"""Roles: they nearly always exist already, under the same name."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.effective_roles import BECOMES, IMPLIES
from dashboard.migrations_app.resources.identity.common.keystone import KeystoneResource
from dashboard.migrations_app.resources.identity.common.role_inferences import (
    implied_directly,
    roles_of_tenant,
)
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, MARKER, Decision, Record
from dashboard.migrations_app.resources.work import Work

# Keystone itself gave members the first until Queens; clouds since then have the second
_NEW_NAMES = {"_member_": ("member",)}


class Role(KeystoneResource):
    """A Keystone role that somebody has on the project. One of the same name is adopted.

    Where there is no ``_member_`` that is ``member``. Roles that it implies are among them.
    """

    name = "role"
    plural = "roles"
    is_shareable = True
    choice = "name or id of a role there"
    copied = ("name", "description")
    own = ("id", "links", "domain_id", "options", IMPLIES, MARKER)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the roles that somebody has on the project, and those that they imply."""
        listed = {role["id"]: role for role in reader.list("identity", "/roles", "roles")}
        implied = implied_directly(reader)
        for role_id in sorted(roles_of_tenant(reader)):
            fields = listed.get(role_id) or _of_domain(role_id, reader)
            yield self.record({**fields, IMPLIES: implied.get(role_id, {})})

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        if record.fields.get("domain_id") and not choice:
            return _needs_choice(record)
        known = [*reader.list("identity", "/roles", "roles"), *_chosen(choice, reader)]
        for name in [choice] if choice else [record.name, *_NEW_NAMES.get(record.name, ())]:
            for role in known:
                if name in (role["name"], role["id"]):
                    return _adopted(role, reader)
        if choice:
            return Decision(
                problem=f"Cloud {reader.cloud.name} has no role {choice!r}.",
                fix=f"Choose another one for role:{record.name}.",
            )
        return Decision(resolution={IMPLIES: record.fields.get(IMPLIES, {})})

    @override
    def namesake(self, work: Work) -> str | None:
        """Return the role of that name, which nothing tells apart from ours."""
        found = work.destination.list("identity", "/roles", "roles", name=work.record.name)
        return next((str(each["id"]) for each in found), None)

    @override
    def used_by_others(self, work: Work) -> str:
        return role_elsewhere(work, "role", work.destination_id)


def _adopted(role: Json, reader: TenantReader) -> Decision:
    resolution = {BECOMES: [role["name"], *sorted(_implied(role, reader))]}
    return Decision(action=ADOPT, destination_id=role["id"], resolution=resolution)


def _implied(role: Json, reader: TenantReader) -> set[str]:
    """Return the names of the roles that a role of the cloud implies."""
    return reader.implied_roles.get(role["name"], set())


def _of_domain(role_id: str, reader: TenantReader) -> Json:
    """Return a role that belongs to a domain: lists have only those that belong to none."""
    return reader.cloud.get("identity", f"/roles/{role_id}", "role")


def _chosen(choice: str, reader: TenantReader) -> list[Json]:
    """Return the role of that id, which may belong to a domain."""
    found = reader.cloud.find("identity", f"/roles/{choice}", "role") if choice else None
    return [found] if found else []


def _needs_choice(record: Record) -> Decision:
    """Return the problem of a role that means what its domain lets it imply."""
    return Decision(
        problem=f"Role {record.name} belongs to a domain: what it permits is what it implies "
        "there, which is not migrated.",
        fix=f"Map role:{record.name} to a role of the destination that permits as much, or to the "
        "id of one that belongs to a domain.",
    )
