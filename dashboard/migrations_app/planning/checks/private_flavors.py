"""May the tenant use private flavors with which none of its servers runs?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.compute.common.flavor_access import projects_with_access
from dashboard.migrations_app.resources.flavor_sizes import PUBLIC
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Name them: a flavor moves with a server that uses it, as it is the operator's decision."""
    used = {source.flavor_id(server) for server in source.servers}
    names = sorted(
        flavor["name"]
        for flavor in source.flavors
        if not flavor[PUBLIC]
        and flavor["id"] not in used
        and source.tenant.id in projects_with_access(source.cloud, flavor["id"])
    )
    if names:
        yield Finding(
            severity=WARN,
            sentence=f"{plan.tenant_name} may use private flavors with which none of its servers "
            f"runs: {', '.join(names)}. They are not migrated.",
            fix=f"If it needs them, create them on {plan.destination} and give it access "
            "(openstack flavor set --project).",
        )
