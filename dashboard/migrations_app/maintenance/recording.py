"""What maintenance changes about the roles on a project; recorded before it is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from dashboard.migrations_app.maintenance.assignments import Actor, Assignment
from dashboard.migrations_app.maintenance.read_only_role import Role
from dashboard.migrations_app.maintenance.write_attempts import listed
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

Kind = MaintenanceChange.Kind


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who can do what in a project, before anything is changed.

    ``kept`` are the users who keep access, each with the ids of their groups. ``open_beside`` are
    the services in which an inherited role can write despite the read-only role; None where that
    role denies nothing.
    """

    own: Sequence[Assignment]
    inherited: Sequence[Assignment] = ()
    kept: Mapping[str, Collection[str]]
    open_beside: Sequence[str] | None = None

    def is_kept(self, actor: Actor) -> bool:
        """Return whether an actor's own roles stay as they are."""
        return actor.kind == "user" and actor.id in self.kept


def role_changes(access: Access, role: Role) -> list[tuple[Kind, Assignment]]:
    """Return the roles to grant, then those to revoke.

    In this order nobody is without a role in between: Keystone would end their tokens.
    """
    revoked = [each for each in access.own if each.role_id != role.id]
    revoked = [each for each in revoked if not access.is_kept(each.actor)]
    granted = [*_replacements(access, revoked, role), *_access_of_kept(access, revoked)]
    held = {each.key for each in access.own}
    return [
        *((Kind.GRANT_ROLE, each) for each in _unique(granted) if each.key not in held),
        *((Kind.REVOKE_ROLE, each) for each in revoked),
    ]


def _replacements(
    access: Access, revoked: Iterable[Assignment], role: Role
) -> Iterable[Assignment]:
    """Return the read-only role for everybody whose roles are revoked, or denied by it."""
    denied = [] if access.open_beside is None else access.inherited
    for each in (*revoked, *(each for each in denied if not access.is_kept(each.actor))):
        yield Assignment(
            actor=each.actor,
            actor_name=each.actor_name,
            role_id=role.id,
            role_name=role.name,
        )


def _access_of_kept(access: Access, revoked: Iterable[Assignment]) -> Iterable[Assignment]:
    """Return, for users who keep access, the roles that they had through groups."""
    for each in revoked:
        for user_id, group_ids in access.kept.items():
            if each.actor.kind == "group" and each.actor.id in group_ids:
                yield Assignment(
                    actor=Actor(kind="user", id=user_id),
                    actor_name=user_id,
                    role_id=each.role_id,
                    role_name=each.role_name,
                )


def _unique(assignments: Iterable[Assignment]) -> Iterable[Assignment]:
    return {each.key: each for each in assignments}.values()


def notes_about(access: Access, domain: Iterable[Assignment], *, tenant: str) -> list[str]:
    """Return a sentence for each access that revoking roles does not remove."""
    inherited = [
        f"The role {each} is inherited from {each.origin}: it {_effect(access)}."
        for each in access.inherited
        if not access.is_kept(each.actor)
    ]
    wide = [
        f"The role {each} is for the whole domain: its holder may be able to grant roles in "
        f"{tenant}."
        for each in domain
        if not access.is_kept(each.actor)
    ]
    return [*inherited, *wide]


def _effect(access: Access) -> str:
    if access.open_beside is None:
        return "can still write here"
    services = listed(access.open_beside)
    return f"can still write in {services}" if services else "cannot write either"


def unchanged(
    access: Access, changes: Iterable[tuple[Kind, Assignment]]
) -> list[tuple[Kind, Assignment]]:
    """Return the roles on the project that stay; any other that appears is somebody's change."""
    changed = {each.key for _, each in changes}
    return [(Kind.KEEP_ROLE, each) for each in access.own if each.key not in changed]


def write_ahead(maintenance: TenantMaintenance, changes: Iterable[tuple[Kind, Assignment]]) -> None:
    """Store the changes that are not recorded yet."""
    recorded = {(row.kind, assignment_of(row).key) for row in role_rows(maintenance)}
    MaintenanceChange.objects.bulk_create(
        MaintenanceChange(
            maintenance=maintenance, kind=kind, name=str(each)[:255], details=_details(each)
        )
        for kind, each in changes
        if (kind, each.key) not in recorded
    )


def role_rows(maintenance: TenantMaintenance) -> QuerySet[MaintenanceChange]:
    """Return the recorded roles: granted, revoked and unchanged ones."""
    return maintenance.changes.filter(kind__in=(Kind.GRANT_ROLE, Kind.REVOKE_ROLE, Kind.KEEP_ROLE))


def assignment_of(row: MaintenanceChange) -> Assignment:
    """Return the assignment that a change grants or revokes."""
    details: dict[str, Any] = row.details
    return Assignment(
        actor=Actor(kind=details["actor_kind"], id=details["actor_id"]),
        actor_name=details["actor_name"],
        role_id=details["role_id"],
        role_name=details["role_name"],
    )


def _details(assignment: Assignment) -> dict[str, Any]:
    return {
        "assignment": assignment.found,
        "actor_kind": assignment.actor.kind,
        "actor_id": assignment.actor.id,
        "actor_name": assignment.actor_name,
        "role_id": assignment.role_id,
        "role_name": assignment.role_name,
    }
