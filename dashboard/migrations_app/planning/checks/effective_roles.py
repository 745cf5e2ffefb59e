"""Will users be permitted as much as before, and no more, by roles that are inherited or implied?

What a user may do is more than what was granted in the project: roles granted on the domain or on a
project above are inherited, and a role implies others. The tenant's own users get the former in the
project itself; the latter moves with the roles that are created.
"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.maintenance.assignments import assignment_of
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.identity.common.roles_from_above import all_from_above
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, WARN, Finding, Record

_STANDARD = ("admin", "manager", "member", "reader")
"""Keystone's own roles since Stein: each implies those after it."""


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Find rights that the tenant's users will not have, or would have in addition."""
    moving = {*source.users, *source.groups}
    for found, place in all_from_above(source):
        assignment = assignment_of(found, origin=place)
        if assignment.actor.id in moving:
            continue
        yield Finding(
            severity=WARN,
            sentence=f"The role {assignment} in {plan.tenant_name} is inherited from the "
            f"{assignment.origin} and is not migrated.",
            fix=f"Grant it on {plan.destination} where it is still needed.",
        )
    names = {each["role"]["name"] for each in source.role_assignments}
    created = {record.name for record in records if record.type == "role"} - {*_STANDARD}
    for name in sorted(names - created):
        yield from _implied_otherwise(plan, name, source, destination)


def _implied_otherwise(
    plan: Plan, name: str, source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Find what a role of the same name implies on one cloud only.

    More than before blocks the plan unless the role was mapped; Keystone's own roles imply those
    below them in every cloud that is new enough, which permits nothing more.
    """
    here = source.implied_roles.get(name, set())
    there = destination.implied_roles.get(name, set())
    if f"role:{name}" in plan.choices:
        return
    if more := there - here - _below(name):
        yield Finding(
            severity=BLOCK,
            sentence=f"The role {name} implies {_listed(more)} on {plan.destination} and not on "
            f"{plan.source}: users would be permitted more.",
            fix=f"Map role:{name} to a role that permits as much as before, or accept it: "
            f"role:{name}={name}.",
        )
    if less := here - there:
        yield Finding(
            severity=WARN,
            sentence=f"The role {name} implies {_listed(less)} on {plan.source} and not on "
            f"{plan.destination}: users will be permitted less.",
            fix="Have it imply the same there, or map it to another role.",
        )


def _below(name: str) -> set[str]:
    return {*_STANDARD[_STANDARD.index(name) + 1 :]} if name in _STANDARD else set()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
