"""All that users may do in the project: the roles that they were given, inherit or have implied.

Only roles that were given in the project move. What else they permit is compared, and what will be
otherwise on the destination is named as a loss.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader
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
BECOMES = "becomes"
"""In a role's resolution: the name of what it becomes, then of the roles that this implies."""
INHERITS = "inherits"
"""In a user's resolution: the names of the roles that it inherits on the destination."""

Names = Mapping[str, str]


def roles_of(user_id: str, reader: TenantReader) -> dict[str, Any]:
    """Return the two fields of a user's assignments; none while the tenant is in maintenance."""
    effective = reader.effective_roles(user_id)
    if effective is None:
        return {}
    given = {
        each["role"]["id"]: each["role"].get("name", each["role"]["id"])
        for each in reader.role_assignments
        if each.get("user", {}).get("id") == user_id
    }
    return {EFFECTIVE: effective, GIVEN: given}


def effective_losses(record: Record, decision_of: DecisionLookup) -> Iterable[Loss]:
    """Return the loss of a user's roles, if they will be others on the destination."""
    effective: Names = record.fields.get(EFFECTIVE, {})
    here = {_becomes(id_, name, decision_of)[0] for id_, name in effective.items()}
    given: Names = record.fields.get(GIVEN, {})
    there = {each for id_, name in given.items() for each in _becomes(id_, name, decision_of)}
    user = decision_of("user", record.fields["user_id"])
    there |= {*(user.resolution.get(INHERITS, ()) if user else ())}
    if effective and here != there:
        yield Loss(
            field=EFFECTIVE,
            value=sorted(effective.values()),
            reason=f"Roles that are inherited, implied or held by a group do not move. On the "
            f"destination they are: {', '.join(sorted(there)) or 'none'}.",
        )


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
