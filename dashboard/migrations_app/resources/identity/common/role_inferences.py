"""Which roles of the tenant imply which others, and which roles move for that alone.

Keystone's own roles imply each other in every cloud by its release. Of them nothing moves.
"""

from collections.abc import Iterable, Mapping

from dashboard.migrations_app.resources.identity.common.roles_from_above import roles_from_above
from dashboard.migrations_app.resources.reader import TenantReader

STANDARD = frozenset({"admin", "manager", "member", "reader", "service"})
"""The names of the roles that Keystone makes itself."""


def inference_id(prior_id: str, implied_id: str) -> str:
    """Return what identifies that a role implies another one."""
    return f"{prior_id}:{implied_id}"


def implied_directly(reader: TenantReader) -> dict[str, dict[str, str]]:
    """Return by role of nobody's domain what it implies: names by ids."""
    general = {role["id"] for role in reader.list("identity", "/roles", "roles")}
    return {
        each["prior_role"]["id"]: {role["id"]: role["name"] for role in each["implies"]}
        for each in reader.role_inferences
        if each["prior_role"]["id"] in general and each["prior_role"]["name"] not in STANDARD
    }


def with_implied(role_ids: Iterable[str], inferences: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return the ids of roles with those of all roles that they imply."""
    found: set[str] = set()
    pending = {*role_ids}
    while pending:
        found |= pending
        pending = {implied for id_ in pending for implied in inferences.get(id_, ())} - found
    return found


def roles_of_tenant(reader: TenantReader) -> set[str]:
    """Return the ids of the roles that somebody has on the project, with those they imply."""
    given = [*reader.role_assignments, *reader.subproject_assignments, *reader.group_assignments]
    given += [each for each, _ in roles_from_above(reader)]
    return with_implied({each["role"]["id"] for each in given}, implied_directly(reader))
