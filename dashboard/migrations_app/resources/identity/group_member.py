"""Memberships: which users of the tenant are in which of its groups.

Each is an object of its own, so that a group that several tenants use gets the users of each of
them when that tenant moves.
"""

from collections.abc import Collection, Iterable, Sequence

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, FoundBy, Record
from dashboard.migrations_app.resources.work import Work


class GroupMember(ResourceType):
    """A user of the tenant in a group that has a role on the project."""

    name = "group_member"
    plural = "group members"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    is_shareable = True
    needs = ("group", "user")
    mapped = {"group_id": "group", "user_id": "user"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the users with a role of their own: others do not move."""
        for group_id, name in reader.groups.items():
            for user in reader.members_of(group_id):
                if user["id"] in reader.users:
                    yield _record(group_id, name, user)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Read the groups directly: they may have no role on the project yet."""
        for group_id in sorted({id_.partition(":")[0] for id_ in ids}):
            found = (_record(group_id, group_id, each) for each in reader.members_of(group_id))
            yield from (record for record in found if record.id in ids)

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
        """Return where the group has another role, if its user has one somewhere, too."""
        group_id, user_id = work.destination_id.split(":")
        by_user = role_elsewhere(work, "user", user_id)
        return role_elsewhere(work, "group", group_id) if by_user else ""

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", _path(work.destination_id))


def _record(group_id: str, name: str, user: Json) -> Record:
    return Record(
        type="group_member",
        id=_member_id(group_id, user["id"]),
        name=f"{user['name']} in {name}",
        fields={"group_id": group_id, "user_id": user["id"]},
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
