"""What a router loses of its gateways' addresses."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.network.common.further_gateways import (
    FURTHER,
    further_addresses,
)
from dashboard.migrations_app.resources.network.common.gateways import GATEWAY, gateway_addresses
from dashboard.migrations_app.resources.network.common.nova_network import NEW_GATEWAY_ADDRESS
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    NEW_ADDRESS,
    keeps_addresses,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Loss, Record


def gateway_losses(record: Record, reader: TenantReader) -> Iterable[Loss]:
    """Yield the addresses that a plan does not keep, and those that nobody tells of hosts."""
    if record.shared and record.fields[GATEWAY]:
        yield Loss(field=GATEWAY, value=None, reason=NEW_GATEWAY_ADDRESS)
    if keeps_addresses(reader.options):
        return
    if addresses := gateway_addresses(record.fields):
        yield Loss(field=GATEWAY, value=addresses, reason=NEW_ADDRESS)
    if further := further_addresses(record.fields):
        yield Loss(field=FURTHER, value=further, reason=NEW_ADDRESS)
