"""Does a network of the tenant hang on a router that does not move?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.network.common.tenant_network import (
    own_subnets,
    routers_of_others,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Warn of each subnet that is connected to a router of another project."""
    names = {subnet["id"]: subnet["name"] or subnet["cidr"] for subnet in own_subnets(source)}
    for subnet_id, routers in routers_of_others(source).items():
        for router_id in routers:
            yield Finding(
                severity=WARN,
                sentence=f"Subnet {names[subnet_id]} is connected to router {router_id} of another "
                "project, which is not migrated: the copy will be connected to none, and Finalize "
                "disconnects it.",
                fix="Connect it to a router of the tenant's own and plan again, or connect the "
                "copy to a router after the move.",
            )
