"""Who owns what is moved: services store as the owner whoever made the create call."""

from collections.abc import Iterable
from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CREATE,
    Decision,
    DecisionLookup,
    Loss,
    Record,
    Ref,
)

ROLES_OF_OWNERS = ("role_assignment", "group_member", "group_role_assignment")
"""The types by which an owner has roles. What a user owns moves without them, as the operator's."""
CAN_OWN = "can_own"
"""In the resolution of a user: whether a role that moves lets the user create anything."""

_READERS = frozenset({"reader"})


def can_create(role_names: Iterable[str]) -> bool:
    """Return whether a user with these roles may create anything in the project."""
    return bool({*role_names} - _READERS)


def owners_in(records: Iterable[Record]) -> set[str]:
    """Return the ids of the users among the records that can be impersonated to create something.

    For all others the operator creates what is theirs.
    """
    users = (record for record in records if record.type == "user")
    return {user.id for user in users if can_create(user.fields["role_names"])}


def owner_refs(record: Record, reader: TenantReader) -> list[Ref]:
    """Return what must be there before the object's owner can create it: the user and its roles.

    Nothing is needed for one whose owner the cloud does not tell, as Cinder v1: the operator
    creates it.
    """
    user_id = record.fields.get("user_id")
    if not user_id:
        return []
    roles = (role_refs(each, user_id, reader) for each in reader.assignments_of(user_id))
    return [Ref("user", user_id), *dict.fromkeys(ref for refs in roles for ref in refs)]


def role_refs(assignment: Json, user_id: str, reader: TenantReader) -> list[Ref]:
    """Return what gives a user the role of an assignment: that, and its being in the group."""
    role = f"{assignment['role']['id']}:{reader.tenant.id}"
    if "user" in assignment:
        return [Ref("role_assignment", f"{user_id}:{role}")]
    group_id = assignment["group"]["id"]
    return [
        Ref("group_member", f"{group_id}:{user_id}"),
        Ref("group_role_assignment", f"{group_id}:{role}"),
    ]


def owner_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Return the loss of an owner who may create nothing: a reader, or one without any role."""
    user_id = record.fields.get("user_id")
    if not user_id:
        yield operator_owns(record, "The cloud does not tell its owner.")
        return
    assignments = reader.assignments_of(user_id)
    if not can_create(assignment["role"]["name"] for assignment in assignments):
        yield operator_owns(record, "Its owner may not create anything in the project.")


def with_owner_losses(record: Record, decision: Decision, decision_of: DecisionLookup) -> Decision:
    """Add the loss of an owner whom the plan does not create: nobody knows that user's password.

    It is also that of an owner whose roles are left out.
    """
    user_id = record.fields.get("user_id")
    reason = _why_not_owner(decision_of("user", user_id)) if user_id else ""
    if decision.action != CREATE or not reason:
        return decision
    loss = operator_owns(record, f"Its owner {reason}.")
    return replace(decision, losses=(*decision.losses, loss))


def _why_not_owner(user: Decision | None) -> str:
    if user is None:
        return "was deleted, or has no role in the project"
    if user.left_out_by:
        return "is left out"
    if user.action != CREATE:
        return "exists on the destination already and is left unchanged"
    return "" if user.resolution.get(CAN_OWN, True) else "may not create anything in the project"


def operator_owns(record: Record, reason: str) -> Loss:
    """Return the loss of an owner in whose place the operator creates the copy."""
    return Loss(
        field="user_id",
        value=record.fields.get("user_id"),
        reason=f"{reason} The operator's account will be the owner.",
    )
