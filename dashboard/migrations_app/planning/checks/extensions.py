"""Does the destination's Neutron have the extensions by which the tenant's objects are made?"""

from collections import Counter
from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.network.common.neutron import NeutronResource
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record
from dashboard.migrations_app.resources.registry import resource_types


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan with objects of which the destination's Neutron knows no kind."""
    counts = Counter(record.type for record in records)
    for type_ in resource_types().values():
        alias = type_.extension if isinstance(type_, NeutronResource) else ""
        if alias and counts[type_.name] and alias not in destination.extensions:
            yield Finding(
                severity=BLOCK,
                sentence=f"{plan.tenant_name} has {type_.counted(counts[type_.name])}, and "
                f"Neutron of cloud {plan.destination} has none: it lacks the extension {alias}.",
                fix="Load the service plugin there, or leave them out; then plan again.",
            )
