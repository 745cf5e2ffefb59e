"""Does a network of the tenant hang on a router that does not move?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.network.common.tenant_network import (
    INTERFACE_OWNERS,
    own_subnets,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Warn of each subnet that is connected to a router of another project."""
    own = {router["id"] for router in source.routers}
    names = {subnet["id"]: subnet["name"] or subnet["cidr"] for subnet in own_subnets(source)}
    networks = {subnet["network_id"] for subnet in own_subnets(source)}
    for port in source.matching("/ports", "ports", "network_id", networks):
        if port["device_owner"] not in INTERFACE_OWNERS or port["device_id"] in own:
            continue
        for subnet_id in sorted({fixed["subnet_id"] for fixed in port["fixed_ips"]} & {*names}):
            yield Finding(
                severity=WARN,
                sentence=f"Subnet {names[subnet_id]} is connected to router {port['device_id']} of "
                "another project, which is not migrated: the copy will be connected to none.",
                fix="Connect it to a router of the tenant's own and plan again, or connect the "
                "copy to a router after the move.",
            )
