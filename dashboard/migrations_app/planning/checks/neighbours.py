"""What does the tenant have that Pumphouse does not move at all?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.neighbours import Count, in_extensions, in_services
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import INFO, WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Name each kind of which the tenant has some, or of which nobody can tell."""
    for count in (*in_extensions(source), *in_services(source)):
        if count.why_not:
            yield _untold(plan, count)
        elif count.number:
            yield _left_behind(plan, count)


def _left_behind(plan: Plan, count: Count) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"{plan.tenant_name} has {count.kind} ({count.number}): they are not migrated.",
        fix=f"Create them again on {plan.destination}, and delete them in the source before "
        "finalize if they use what is deleted there.",
    )


def _untold(plan: Plan, count: Count) -> Finding:
    return Finding(
        severity=INFO,
        sentence=f"Whether {plan.tenant_name} has {count.kind} cannot be looked into; they are "
        f"not migrated. {count.why_not}",
        fix="Ask the tenant, and create them again after the move.",
    )
