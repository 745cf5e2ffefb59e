"""May the owners connect their servers to external networks?

Nova lets only administrators do so (network:attach_external_network), unless the network is shared.
"""

from collections.abc import Iterable, Sequence

from dashboard.clients.openstack import FIX_OF_LOGIN
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.ownership import owners_in
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Find each server that the operator has to boot in its owner's place."""
    owners, fixed = owners_in(records), destination.cloud.access.fixed_scope
    for record in records:
        if record.fields.get("on_external_network") and record.fields["user_id"] in owners:
            then = f"the login there has {fixed} and cannot" if fixed else "the operator boots it"
            yield Finding(
                severity=BLOCK if fixed else WARN,
                sentence=f"Server {record.name} has a port on an external network. Nova of cloud "
                f"{plan.destination} lets only administrators connect one: {then}.",
                fix=FIX_OF_LOGIN
                if fixed
                else "The operator becomes its owner. Give it a port on a network of the tenant's "
                "and a floating IP to have its owner boot it.",
            )
