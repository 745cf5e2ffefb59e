"""Whether the network of a floating address is that to which its server's router leads.

Servers of nova-network may have addresses of several pools. The hosts become one router, which has
one network outside.
"""

from dashboard.migrations_app.resources.network.common.shared_addresses import (
    destination_network_id,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record


def beside_router(
    record: Record, source: TenantReader, destination: TenantReader
) -> Finding | None:
    """Return what is wrong with a floating IP whose network its router will not lead to."""
    hosts = (router for router in source.routers if not router["project_id"])
    gateways = {router["id"]: router["external_gateway_info"]["network_id"] for router in hosts}
    gateway, own = gateways.get(record.fields["router_id"]), record.fields["floating_network_id"]
    if gateway in (None, own):
        return None
    outside = [destination_network_id(id_, source, destination) for id_ in (gateway, own)]
    if not all(outside) or outside[0] == outside[1]:
        return None
    return Finding(
        severity=BLOCK,
        sentence=f"Floating IP {record.name} is of another pool than the one that the router of "
        "its server leads to: Neutron would not associate it.",
        fix="Map the networks of both pools to one network there, or leave the address out.",
    )
