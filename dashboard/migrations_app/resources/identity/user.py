"""Users: created with a temporary password; their own is restored at the end."""

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
from dashboard.migrations_app.resources.identity.common.user_options import set_user_options
from dashboard.migrations_app.resources.ownership import CAN_OWN, can_create, role_refs
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    COMPLETE,
    EVERYTHING,
    MARKER,
    Decision,
    DecisionLookup,
    Difference,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

_DEFAULT, _DEFAULT_MOVES = "default_project_id", "default_project_moves"
_CHANGES_AT_ONCE = "ignore_change_password_upon_first_use"


class User(KeystoneResource):
    """A Keystone user with a role on the project, of its own or by a group.

    One that exists already is left unchanged.
    """

    name = "user"
    plural = "users"
    is_shareable = True
    choice = "the user's name there; an existing user of that name is adopted"
    needs = ("project",)
    copied = ("name", "description", "email", "enabled", "options")
    mapped = {_DEFAULT: "project"}
    own = (
        _DEFAULT_MOVES,
        *("id", "domain_id", "domain_name", "role_names", "links"),
        *("password_expires_at", "federated", MARKER),
    )
    stages = (
        Stage(name="create", verb="Create"),
        # soft: users get their passwords back whatever became of their servers
        Stage(name="restore_password", verb="Restore the password of", phase=COMPLETE, soft=True),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for user_id in reader.users:
            fields = reader.user(user_id)
            moves = fields.get(_DEFAULT) in (None, "", reader.tenant.id)
            known = {
                "domain_name": reader.domains.get(fields["domain_id"], ""),
                "role_names": [each["role"]["name"] for each in reader.assignments_of(user_id)],
            }
            yield self.record({**fields, **known, _DEFAULT_MOVES: moves})

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        domain_id = domain_there(record, reader)
        name = choice or record.name
        query = {"name": name, "domain_id": domain_id}
        for user in reader.list("identity", "/users", "users", **query) if domain_id else ():
            inherited = {INHERITS: inherited_roles("user", user["id"], reader)}
            return Decision(action=ADOPT, destination_id=user["id"], resolution=inherited)
        default = _default_of_others(record, reader)
        resolution = {"name": name, **default}
        losses = [*name_losses(record, name), *_default_losses(record, default)]
        return Decision(resolution=resolution, losses=losses)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the user's default project only if that is the one that moves."""
        project_id = record.fields.get(_DEFAULT)
        default = [Ref("project", project_id)] if project_id == reader.tenant.id else []
        return {"create": [*domain_refs(record), *default]}

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the user with those roles that move: they tell whether the user can act."""
        names = [
            each["role"]["name"]
            for each in reader.assignments_of(record.id)
            if not any(left_out(ref.type, ref.id) for ref in role_refs(each, record.id, reader))
        ]
        return replace(record, fields={**record.fields, "role_names": names}), ()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Note whether the roles that move let the user own something there."""
        can_own = can_create(record.fields["role_names"])
        return replace(decision, resolution={**decision.resolution, CAN_OWN: can_own})

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return everything that is created as the user, with the temporary password."""
        servers = [Ref("server", s["id"], EVERYTHING) for s in _owned(reader.servers, record)]
        volumes = [Ref("volume", v["id"], EVERYTHING) for v in _owned(reader.volumes, record)]
        return {"restore_password": servers + volumes}

    @override
    def body(self, work: Work) -> Json:
        """Return also the temporary password; a disabled user could not be impersonated.

        Nor could one who has to change the password first, as some Keystones want of new users.
        """
        body = {**super().body(work), "enabled": True, "password": work.temporary_password()}
        # its own options follow: with some of them nobody could log in by the password alone
        body["options"] = {_CHANGES_AT_ONCE: True}
        fields = work.record.fields
        if fields.get(_DEFAULT) and fields.get(_DEFAULT_MOVES, True):
            body[_DEFAULT] = work.project_id
        return body

    @override
    def namesake(self, work: Work) -> str | None:
        """Return the user of that name, who is left unchanged."""
        query = {"name": work.resolution["name"], "domain_id": domain_of(work)}
        found = work.destination.list("identity", "/users", "users", **query)
        return next((str(each["id"]) for each in found), None)

    @override
    def used_by_others(self, work: Work) -> str:
        """Return where else the user has a role, or which group it is in for others."""
        path = f"/users/{work.destination_id}/groups"
        # a rollback that asks again, since an answer was lost, may have deleted the user already
        found = work.destination.find("identity", path) or {"groups": []}
        for group in found["groups"]:
            if not work.is_ours("group_member", f"{group['id']}:{work.destination_id}"):
                return f"is in group {group['name']}"
        return role_elsewhere(work, "user", work.destination_id)

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return the differences; a default project that has not moved, or back, is none."""
        for each in super().differences(source, destination, destination_id_of):
            if each.field != _DEFAULT or not _awaits(source, destination, destination_id_of):
                yield each

    def restore_password(self, work: Work) -> None:
        """Restore the user's own password and options; disable the user as in the source."""
        self.change(work, options={_CHANGES_AT_ONCE: None})
        work.restore_password()
        set_user_options(work, self)
        if work.record.fields.get("enabled") is False:
            self.change(work, enabled=False)


def _default_of_others(record: Record, reader: TenantReader) -> Json:
    """Return what a default project that is another tenant has become, {} if it has not moved."""
    if record.fields.get(_DEFAULT_MOVES, True):
        return {}
    there = reader.destination_ids.get(("project", record.fields[_DEFAULT]))
    return {_DEFAULT: there} if there else {}


def _default_losses(record: Record, default: Json) -> Iterable[Loss]:
    if not record.fields.get(_DEFAULT_MOVES, True) and not default:
        reason = (
            "The user's default project is another tenant, which has not moved; it is set when "
            "that moves."
        )
        yield Loss(field=_DEFAULT, value=record.fields[_DEFAULT], reason=reason)


def _awaits(source: Record, destination: Record, destination_id_of: IdLookup) -> bool:
    """Return whether a user has no default project because that tenant is not there."""
    if source.fields.get(_DEFAULT_MOVES, True) or destination.fields.get(_DEFAULT):
        return False
    return not destination_id_of("project", source.fields[_DEFAULT])


def _owned(objects: Iterable[Json], user: Record) -> list[Json]:
    return [fields for fields in objects if fields.get("user_id") == user.id]
