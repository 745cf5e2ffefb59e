"""All that users may do in the project: roles given to them or their groups, inherited or implied.

What they permit on both clouds is compared, and what will be otherwise on the destination is named
as a loss.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.keystone import domain_id_named
from dashboard.migrations_app.resources.identity.common.role_inferences import inference_id
from dashboard.migrations_app.resources.identity.common.roles_from_above import roles_from_above
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    SKIP,
    Decision,
    DecisionLookup,
    Difference,
    IdLookup,
    Loss,
    Record,
)

EFFECTIVE, GIVEN = "effective_roles", "given_roles"
"""Fields of an assignment: all roles of its user in the project, and those that were given there,
each as names by ids."""
BY_GROUPS = "roles_by_groups"
"""Field of an assignment: by group, the roles that its user has in the project as a member."""
BECOMES = "becomes"
"""In a role's resolution: the name of what it becomes, then of the roles that this implies."""
IMPLIES = "implies"
"""In a role's fields, and in the resolution of one that is created: the names by ids of the roles
that it implies directly, on the source."""
INHERITS = "inherits"
"""In a user's or group's resolution: the names of the roles that it inherits on the destination."""

Names = Mapping[str, str]


def roles_of(user_id: str, reader: TenantReader) -> dict[str, Any]:
    """Return these fields of a user's assignments; none while the tenant is in maintenance."""
    effective = reader.effective_roles(user_id)
    if effective is None:
        return {}
    given = {
        each["role"]["id"]: each["role"].get("name", each["role"]["id"])
        for each in _in_force(reader)
        if each.get("user", {}).get("id") == user_id
    }
    return {EFFECTIVE: effective, GIVEN: given, BY_GROUPS: _by_groups(user_id, reader)}


def _in_force(reader: TenantReader) -> Iterable[Json]:
    """Return the assignments that move: those on the project, and those that it inherits."""
    return [*reader.role_assignments, *(each for each, _ in roles_from_above(reader))]


def _by_groups(user_id: str, reader: TenantReader) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in _in_force(reader):
        group_id = each.get("group", {}).get("id")
        if group_id and any(user["id"] == user_id for user in reader.members_of(group_id)):
            role = each["role"]
            found.setdefault(group_id, {})[role["id"]] = role.get("name", role["id"])
    return found


def inherited_roles(kind: str, id_: str, reader: TenantReader) -> list[str]:
    """Return the names of the roles that a user or group (``kind``) inherits from the tenant's
    domain, with what these imply."""
    domain_id = domain_id_named(reader.tenant.domain_name, reader)
    if not domain_id:
        return []
    query = {f"{kind}.id": id_, "scope.domain.id": domain_id, "include_names": "true"}
    found = reader.list("identity", "/role_assignments", "role_assignments", **query)
    names = {
        each["role"].get("name", each["role"]["id"])
        for each in found
        if INHERITED_TO in each["scope"]
    }
    return sorted(names.union(*(reader.implied_roles.get(name, set()) for name in names)))


def effective_losses(
    record: Record, decision_of: DecisionLookup, project_id: str
) -> Iterable[Loss]:
    """Return the loss of a user's roles in the project, if they will be others on the destination.

    ``record`` is one of the user's assignments or memberships.
    """
    effective: Names = record.fields.get(EFFECTIVE, {})
    here = {_becomes(id_, name, decision_of)[0] for id_, name in effective.items()}
    given: Names = record.fields.get(GIVEN, {})
    there = {each for id_, name in given.items() for each in _becomes(id_, name, decision_of)}
    user = decision_of("user", record.fields["user_id"])
    there |= {*(user.resolution.get(INHERITS, ()) if user else ())}
    there |= {*_held_by_groups(record, decision_of, project_id)}
    if effective and here != there:
        yield Loss(
            field=EFFECTIVE,
            value=sorted(effective.values()),
            reason="Roles are implied or inherited otherwise there. On the destination they are: "
            f"{', '.join(sorted(there)) or 'none'}.",
        )


def _held_by_groups(record: Record, decision_of: DecisionLookup, project_id: str) -> Iterable[str]:
    """Yield what the user will be permitted by the groups that it comes into."""
    by_groups: Mapping[str, Names] = record.fields.get(BY_GROUPS, {})
    for group_id, roles in by_groups.items():
        group = decision_of("group", group_id)
        member = decision_of("group_member", f"{group_id}:{record.fields['user_id']}")
        if group is None or member is None or member.left_out_by:
            continue
        yield from group.resolution.get(INHERITS, ())
        for role_id, name in roles.items():
            given = decision_of("group_role_assignment", f"{group_id}:{role_id}:{project_id}")
            if given and not given.left_out_by:
                yield from _becomes(role_id, name, decision_of)


def _becomes(id_: str, name: str, decision_of: DecisionLookup) -> list[str]:
    """Return the name of what a role becomes, then of the roles that this will imply."""
    found: list[str] = []
    pending, seen = {id_: name}, {id_}
    while pending:
        id_, name = pending.popitem()
        role = decision_of("role", id_)
        found += role.resolution.get(BECOMES, (name,)) if role else (name,)
        implied = _implied_there(id_, role, decision_of)
        pending |= {each: name for each, name in implied.items() if each not in seen}
        seen |= implied.keys()
    return found


def _implied_there(id_: str, role: Decision | None, decision_of: DecisionLookup) -> Names:
    """Return what a role that is created will imply directly."""
    implied: Names = role.resolution.get(IMPLIES, {}) if role else {}
    decisions = {each: decision_of("implied_role", inference_id(id_, each)) for each in implied}
    moving = {each for each, found in decisions.items() if found and found.action != SKIP}
    return {each: name for each, name in implied.items() if each in moving}


def effective_differences(
    source: Record, destination: Record, destination_id_of: IdLookup
) -> Iterable[Difference]:
    """Return the difference between all that the users may do, unless one side does not tell."""
    if EFFECTIVE not in source.fields or EFFECTIVE not in destination.fields:
        return
    here: Names = source.fields[EFFECTIVE]
    there: Names = destination.fields[EFFECTIVE]
    expected = {_there(id_, name, there, destination_id_of) for id_, name in here.items()}
    if expected != {*there.values()}:
        ours, theirs = sorted(here.values()), sorted(there.values())
        yield Difference(field=EFFECTIVE, source=ours, destination=theirs)


def _there(id_: str, name: str, there: Names, destination_id_of: IdLookup) -> str:
    """Return what a role of the source is called on the destination."""
    return there.get(destination_id_of("role", id_) or "", name)
