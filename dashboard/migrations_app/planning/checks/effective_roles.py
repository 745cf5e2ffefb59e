"""Will users be permitted as much as before, by roles that are inherited or implied?

What a user may do is more than what was granted in the project: roles granted on the domain or on a
project above are inherited, and a role implies others. Neither is migrated.
"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.maintenance.assignments import inherited_assignments
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record

Implied = dict[str, set[str]]
"""The names of the roles that a role implies, directly or not, by its name."""


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Warn of rights that the tenant's users will not have, or will have in addition."""
    for assignment in inherited_assignments(source.cloud, source.tenant.id):
        yield Finding(
            severity=WARN,
            sentence=f"The role {assignment} in {plan.tenant_name} is inherited from the "
            f"{assignment.origin} and is not migrated.",
            fix=f"Grant it on {plan.destination} where it is still needed.",
        )
    here, there = _implied_roles(source), _implied_roles(destination)
    names = {each["role"]["name"] for each in source.role_assignments}
    for name in sorted(name for name in names if f"role:{name}" not in plan.choices):
        ours, theirs = here.get(name, set()), there.get(name, set())
        if ours != theirs:
            yield Finding(
                severity=WARN,
                sentence=f"The role {name} implies {_listed(ours)} on {plan.source} and "
                f"{_listed(theirs)} on {plan.destination}: users will be permitted something else.",
                fix="Have it imply the same there, or map it to another role.",
            )


def _implied_roles(reader: TenantReader) -> Implied:
    """Return what the cloud's roles imply; nothing before Newton, which has no such thing."""
    found = reader.cloud.find("identity", "/role_inferences") or {"role_inferences": []}
    direct = {
        each["prior_role"]["name"]: {role["name"] for role in each["implies"]}
        for each in found["role_inferences"]
    }
    return {name: _closure(name, direct) for name in direct}


def _closure(name: str, direct: Implied) -> set[str]:
    found: set[str] = set()
    pending = {name}
    while pending:
        pending = {each for role in pending for each in direct.get(role, ())} - found
        found |= pending
    return found


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
