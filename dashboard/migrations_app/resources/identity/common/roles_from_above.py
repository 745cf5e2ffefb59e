"""Roles that users and groups of the tenant inherit from its domain, or from a project above it.

There they apply to other projects as well, so on the destination they are given in the project
itself: everybody is permitted the same there, and nothing elsewhere.
"""

from collections.abc import Iterable

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.assignment_ids import actor_of
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO
from dashboard.migrations_app.resources.reader import TenantReader

INHERITED_FROM = "inherited_from"
"""Field of an assignment: where it was made, in words; absent for one on the project."""


def roles_from_above(reader: TenantReader) -> Iterable[tuple[Json, str]]:
    """Yield assignments that the project inherits, each with where it was made, nearest first.

    Only those of actors who have a role in the project itself, and not that same one.
    """
    seen = {_key(each) for each in reader.role_assignments}
    for each, place in all_from_above(reader):
        is_of_tenant = each[actor_of(each)]["id"] in {*reader.users, *reader.groups}
        if is_of_tenant and _key(each) not in seen:
            seen.add(_key(each))
            yield each, place


def all_from_above(reader: TenantReader) -> Iterable[tuple[Json, str]]:
    """Yield the assignments of everybody that the project inherits, as ``roles_from_above``."""
    for kind, id_, name in reader.scopes_above:
        yield from ((each, f"{kind} {name}") for each in _inherited(reader, kind, id_))


def _inherited(reader: TenantReader, kind: str, id_: str) -> Iterable[Json]:
    query = {f"scope.{kind}.id": id_, "include_names": "true"}
    given = reader.list("identity", "/role_assignments", "role_assignments", **query)
    return (each for each in given if each["scope"].get(INHERITED_TO) == "projects")


def _key(assignment: Json) -> tuple[str, str]:
    return assignment[actor_of(assignment)]["id"], assignment["role"]["id"]
