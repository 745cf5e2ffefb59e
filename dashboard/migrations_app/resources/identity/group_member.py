"""Memberships: which users of the tenant are in which of its groups.

Each is an object of its own, so that a group that several tenants use gets the users of each of
them when that tenant moves.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.effective_roles import (
    BY_GROUPS,
    EFFECTIVE,
    GIVEN,
    effective_differences,
    effective_losses,
    roles_of,
)
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    WARN,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    Record,
)
from dashboard.migrations_app.resources.work import Work

_PROJECT = "project_id"


class GroupMember(ResourceType):
    """A user of the tenant in a group that has a role on the project."""

    name = "group_member"
    plural = "group members"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("group", "user", "implied_role")
    mapped = {"group_id": "group", "user_id": "user"}
    own = (_PROJECT, EFFECTIVE, GIVEN, BY_GROUPS)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's users: others do not move."""
        for group_id, name in reader.groups.items():
            for user in reader.members_of(group_id):
                if user["id"] in reader.users:
                    yield _record(group_id, name, user, reader)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Read the groups directly: they may have no role on the project yet."""
        for group_id in sorted({id_.partition(":")[0] for id_ in ids}):
            group = reader.cloud.find("identity", f"/groups/{group_id}", "group")
            members = reader.members_of(group_id) if group else []
            for user in members:
                if group and _member_id(group_id, user["id"]) in ids:
                    yield _record(group_id, group["name"], user, reader)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Add the loss of what a user without a role of its own will be permitted otherwise."""
        project_id = record.fields.get(_PROJECT, "")
        losses = [*decision.losses, *effective_losses(record, decision_of, project_id)]
        return replace(decision, losses=losses)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Warn of users who come into a group that may have roles of its own there."""
        for record in records:
            if ("group", record.fields["group_id"]) in destination.destination_ids:
                yield record, _joins(record, destination)

    @override
    def find(self, work: Work) -> str | None:
        group_id, user_id = _ids(work)
        groups = work.destination.list("identity", f"/users/{user_id}/groups", "groups")
        return _member_id(group_id, user_id) if _has(groups, group_id) else None

    @override
    def create(self, work: Work) -> str:
        group_id, user_id = _ids(work)
        work.destination.put("identity", _path(_member_id(group_id, user_id)))
        return _member_id(group_id, user_id)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return where a group that the plan made has another role: its users go with it."""
        group_id = work.destination_id.partition(":")[0]
        is_made = work.is_ours("group", group_id)
        elsewhere = role_elsewhere(work, "group", group_id) if is_made else ""
        return f"its group {elsewhere}" if elsewhere else ""

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        yield from super().differences(source, destination, destination_id_of)
        yield from effective_differences(source, destination, destination_id_of)

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", _path(work.destination_id))


def _record(group_id: str, name: str, user: Json, reader: TenantReader) -> Record:
    """Return the record of a membership, with all that a user may do who has no role of its own."""
    has_own = any("user" in each for each in reader.assignments_of(user["id"]))
    return Record(
        type="group_member",
        id=_member_id(group_id, user["id"]),
        name=f"{user['name']} in {name}",
        fields={
            "group_id": group_id,
            "user_id": user["id"],
            _PROJECT: reader.tenant.id,
            **({} if has_own else roles_of(user["id"], reader)),
        },
    )


def _ids(work: Work) -> tuple[str, str]:
    """Return the destination's ids of the group and the user."""
    fields = work.record.fields
    group_id = work.destination_id_of("group", fields["group_id"])
    return group_id, work.destination_id_of("user", fields["user_id"])


def _member_id(group_id: str, user_id: str) -> str:
    return f"{group_id}:{user_id}"


def _path(id_: str) -> str:
    group_id, user_id = id_.split(":")
    return f"/groups/{group_id}/users/{user_id}"


def _has(groups: Iterable[Json], group_id: str) -> bool:
    return any(group["id"] == group_id for group in groups)


def _joins(record: Record, destination: TenantReader) -> Finding:
    user, _, group = record.name.partition(" in ")
    cloud = destination.cloud.name
    return Finding(
        severity=WARN,
        sentence=f"User {user} is added to group {group}, which cloud {cloud} has already, and "
        "gets every role that the group has there.",
        fix=f"Choose another name for group:{group}, or skip for group_member:{record.name}, if "
        "that is too much.",
    )
