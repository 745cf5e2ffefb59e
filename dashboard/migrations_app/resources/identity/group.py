"""Groups: those that have a role on the project, with their members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.domains import (
    domain_of,
    domain_refs,
    domain_there,
)
from dashboard.migrations_app.resources.identity.common.effective_roles import (
    INHERITS,
    inherited_roles,
)
from dashboard.migrations_app.resources.identity.common.keystone import (
    KeystoneResource,
    name_losses,
)
from dashboard.migrations_app.resources.identity.common.roles_elsewhere import role_elsewhere
from dashboard.migrations_app.resources.identity_reader import MOST_MEMBERS
from dashboard.migrations_app.resources.left_out import loss_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    MARKER,
    Decision,
    Difference,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_MEMBERS, _OTHERS, _NUMBER = "members", "other_members", "number_of_members"

_STAY = (
    "Who has no role on the project itself does not move with it; of a group with more than "
    f"{MOST_MEMBERS} members, only those do who have one of their own."
)


class Group(KeystoneResource):
    """A Keystone group with a role on the project. One of the same name is adopted."""

    name = "group"
    plural = "groups"
    is_shareable = True
    choice = "the group's name there; an existing group of that name is adopted"
    needs = ("user",)
    does_without = ("user",)
    copied = ("name", "description")
    mapped = {_MEMBERS: "user"}
    own = ("id", "domain_id", "domain_name", "links", MARKER)
    lost = dict.fromkeys((_OTHERS, _NUMBER), _STAY)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the groups. Members are the tenant's users: others come with their own tenants."""
        for assignment in _one_each(reader.group_assignments):
            group = assignment["group"]
            fields = reader.cloud.get("identity", f"/groups/{group['id']}", "group")
            yield self._whole({**fields, "domain_name": group["domain"]["name"]}, reader)

    def _whole(self, fields: Json, reader: TenantReader) -> Record:
        members = reader.members_of(fields["id"])
        own = [user["id"] for user in members if user["id"] in reader.users]
        others = sorted(user["name"] for user in members if user["id"] not in reader.users)
        if reader.is_crowd(fields["id"]):
            return self.record({**fields, _MEMBERS: own, _NUMBER: len(members)})
        return self.record({**fields, _MEMBERS: own, _OTHERS: others})

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        domain_id = domain_there(record, reader)
        name = choice or record.name
        query = {"name": name, "domain_id": domain_id}
        for group in reader.list("identity", "/groups", "groups", **query) if domain_id else ():
            inherited = {INHERITS: inherited_roles("group", group["id"], reader)}
            return Decision(action=ADOPT, destination_id=group["id"], resolution=inherited)
        resolution = {"name": name}
        return Decision(resolution=resolution, losses=name_losses(record, name))

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the domain only: its members come into it one by one."""
        return {"create": domain_refs(record)}

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the group without members who do not move, or do not come into it."""
        called = {id_: _left_out_of(record, id_, left_out) for id_ in record.fields[_MEMBERS]}
        if not any(called.values()):
            return record, ()
        moved = [id_ for id_, name in called.items() if not name]
        gone = [name for name in called.values() if name]
        return replace(record, fields={**record.fields, _MEMBERS: moved}), [loss_of(_MEMBERS, gone)]

    @override
    def namesake(self, work: Work) -> str | None:
        """Return the group of that name, which is left unchanged."""
        query = {"name": work.resolution["name"], "domain_id": domain_of(work)}
        found = work.destination.list("identity", "/groups", "groups", **query)
        return next((str(each["id"]) for each in found), None)

    @override
    def used_by_others(self, work: Work) -> str:
        return role_elsewhere(work, "group", work.destination_id)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return also who is in the group on the destination only: it has roles on the project."""
        yield from super().differences(source, destination, destination_id_of)
        ours, theirs = source.fields.get(_OTHERS, []), destination.fields.get(_OTHERS, [])
        if more := sorted({*theirs} - {*ours}):
            yield Difference(field="members", source=[], destination=more)


def _one_each(assignments: Iterable[Json]) -> Iterable[Json]:
    """Return one assignment of each group."""
    return {each["group"]["id"]: each for each in assignments}.values()


def _left_out_of(record: Record, user_id: str, left_out: LeftOut) -> str:
    """Return what keeps a user out of the group, "" for nothing."""
    return left_out("user", user_id) or left_out("group_member", f"{record.id}:{user_id}")
