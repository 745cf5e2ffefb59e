"""What maintenance has to change about the roles on a project; recorded before it is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from dashboard.migrations_app.maintenance.assignments import Actor, Assignment
from dashboard.migrations_app.maintenance.read_only_role import Role
from dashboard.migrations_app.maintenance.write_attempts import named
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

Kind = MaintenanceChange.Kind


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who can do what in a project, before anything is changed.

    ``kept`` are the users whose access stays, with the ids of the groups that each is in.
    ``open_beside`` are the services that let those write who hold the read-only role beside one
    that is inherited; None where that role denies nothing.
    """

    own: Sequence[Assignment]
    inherited: Sequence[Assignment] = ()
    kept: Mapping[str, Collection[str]]
    open_beside: Sequence[str] | None = None

    def is_kept(self, actor: Actor) -> bool:
        """Return whether an actor's own roles stay as they are."""
        return actor.kind == "user" and actor.id in self.kept


def role_changes(access: Access, role: Role) -> list[tuple[Kind, Assignment]]:
    """Return the roles to be given, then those to be taken away.

    Given first, so that nobody is without any role in between: Keystone would end his tokens.
    """
    taken = [each for each in access.own if each.role_id != role.id]
    taken = [each for each in taken if not access.is_kept(each.actor)]
    given = [*_stand_ins(access, taken, role), *_access_of_kept(access, taken)]
    held = {each.key for each in access.own}
    return [
        *((Kind.GIVE_ROLE, each) for each in _unique(given) if each.key not in held),
        *((Kind.TAKE_ROLE, each) for each in taken),
    ]


def _stand_ins(access: Access, taken: Iterable[Assignment], role: Role) -> Iterable[Assignment]:
    """Return the read-only role for each whose roles are taken, or denied by it."""
    denied = [] if access.open_beside is None else access.inherited
    for each in (*taken, *(each for each in denied if not access.is_kept(each.actor))):
        yield Assignment(
            actor=each.actor,
            actor_name=each.actor_name,
            role_id=role.id,
            role_name=role.name,
        )


def _access_of_kept(access: Access, taken: Iterable[Assignment]) -> Iterable[Assignment]:
    """Return to those who keep access, themselves, what they had through groups."""
    for each in taken:
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
    """Return a sentence for each way of access that is not closed by taking roles away."""
    inherited = [
        f"The role {each} is inherited from {each.origin}: it {_effect(access)}."
        for each in access.inherited
        if not access.is_kept(each.actor)
    ]
    wide = [
        f"The role {each} holds for the whole domain: who has it may be able to give out roles in "
        f"{tenant}."
        for each in domain
        if not access.is_kept(each.actor)
    ]
    return [*inherited, *wide]


def _effect(access: Access) -> str:
    if access.open_beside is None:
        return "can still write here"
    services = named(access.open_beside)
    return f"can still write in {services}" if services else "is denied writing all the same"


def left_alone(
    access: Access, changes: Iterable[tuple[Kind, Assignment]]
) -> list[tuple[Kind, Assignment]]:
    """Return the roles on the project that are not taken: what is besides them is others'
    change."""
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
    """Return the recorded roles: given, taken and left alone."""
    return maintenance.changes.filter(kind__in=(Kind.GIVE_ROLE, Kind.TAKE_ROLE, Kind.KEEP_ROLE))


def assignment_of(row: MaintenanceChange) -> Assignment:
    """Return the assignment that a change gives or takes away."""
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
