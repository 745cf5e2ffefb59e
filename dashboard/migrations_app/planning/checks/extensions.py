"""Does the destination's Neutron have the extensions by which the tenant's objects are made?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record
from dashboard.migrations_app.resources.registry import resource_type

_NEEDED = {"router": "router", "floating_ip": "router", "security_group": "security-group"}


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan with objects of which the destination's Neutron knows no kind."""
    listed = destination.list("network", "/extensions", "extensions")
    aliases = {extension["alias"] for extension in listed}
    for type_name, alias in _NEEDED.items():
        count = sum(record.type == type_name for record in records)
        if count and alias not in aliases:
            yield Finding(
                severity=BLOCK,
                sentence=f"{plan.tenant_name} has {resource_type(type_name).counted(count)}, and "
                f"Neutron of cloud {plan.destination} has none: it lacks the extension {alias}.",
                fix="Load the service plugin there, or delete them in the source; then plan again.",
            )
