"""All that users may do in the project: roles given to them or their groups, inherited or implied.

Only roles that were given in the project move. What else they permit is compared, and what will be
otherwise on the destination is named as a loss.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.migrations_app.resources.identity.common.keystone import domain_id_named
from dashboard.migrations_app.resources.reader import INHERITED_TO, TenantReader
from dashboard.migrations_app.resources.records import (
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
        for each in reader.role_assignments
        if each.get("user", {}).get("id") == user_id
    }
    return {EFFECTIVE: effective, GIVEN: given, BY_GROUPS: _by_groups(user_id, reader)}


def _by_groups(user_id: str, reader: TenantReader) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in reader.role_assignments:
        group_id = each.get("group", {}).get("id")
        if group_id and any(user["id"] == user_id for user in reader.members_of(group_id)):
            role = each["role"]
            found.setdefault(group_id, {})[role["id"]] = role.get("name", role["id"])
    return found


def inherited_roles(kind: str, id_: str, reader: TenantReader) -> list[str]:
    """Return the names of the roles that a user or group (``kind``) inherits from the tenant's
    domain, with what these imply."""
    domain_id = domain_id_named(reader.tenant.domain_name, reader)
    query = {f"{kind}.id": id_, "scope.domain.id": domain_id, "include_names": "true"}
    found = reader.list("identity", "/role_assignments", "role_assignments", **query)
    names = {
        each["role"].get("name", each["role"]["id"])
        for each in found
        if INHERITED_TO in each["scope"]
    }
    return sorted(names.union(*(reader.implied_roles.get(name, set()) for name in names)))


def effective_losses(record: Record, decision_of: DecisionLookup) -> Iterable[Loss]:
    """Return the loss of a user's roles, if they will be others on the destination."""
    effective: Names = record.fields.get(EFFECTIVE, {})
    here = {_becomes(id_, name, decision_of)[0] for id_, name in effective.items()}
    given: Names = record.fields.get(GIVEN, {})
    there = {each for id_, name in given.items() for each in _becomes(id_, name, decision_of)}
    user = decision_of("user", record.fields["user_id"])
    there |= {*(user.resolution.get(INHERITS, ()) if user else ())}
    there |= {*_held_by_groups(record, decision_of)}
    if effective and here != there:
        yield Loss(
            field=EFFECTIVE,
            value=sorted(effective.values()),
            reason="Roles that are inherited or implied do not move. On the destination they are: "
            f"{', '.join(sorted(there)) or 'none'}.",
        )


def _held_by_groups(record: Record, decision_of: DecisionLookup) -> Iterable[str]:
    """Yield what the user will be permitted by the groups that it comes into."""
    project_id = record.id.replace("/", ":").split(":")[-1]
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
    role = decision_of("role", id_)
    return list(role.resolution.get(BECOMES, (name,))) if role else [name]


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
