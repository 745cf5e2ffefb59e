"""What nova-network has and Neutron does not: why each of it is lost.

The names are those of the networks that ``clients/legacy/nova_network`` shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Loss, Record

_OTHER_WAYS = (
    "Neutron has no cloudpipe, and IPv6 addresses of nova-network are not migrated: whoever came "
    "in by them needs another way."
)
LOST_OF_NETWORKS: Mapping[str, str] = {
    "nova_conf": "No API tells these options of the hosts' nova.conf. By default servers of a "
    "network reach each other whatever their groups say (allow_same_net_traffic), and traffic to "
    "dmz_cidr keeps its address: add rules to the groups where servers rely on that.",
    "multi_host": "Each host was the gateway and DHCP server of its own servers; the copy has one "
    "router with the network's gateway. A guest with a host's address in its configuration has to "
    "change that.",
    **dict.fromkeys(("vpn", "cidr_v6"), _OTHER_WAYS),
}
_BY_ORDER, _UNLISTED = "mac_by_order", "unlisted_groups"
OF_PORTS = (_BY_ORDER, _UNLISTED)
_REASONS: Mapping[str, str] = {
    _BY_ORDER: "Nova from before Havana lists the MACs of a server, but not which one is on which "
    "network: they are taken in the order of its networks. Compare them in the guest, since "
    "another interface would get the address.",
    _UNLISTED: "Nova lists no security groups of these names: the copy goes without them. Give it "
    "those that let in what it needs.",
}
LED_BY_PROJECT = "is_led_by_project"
"""Of a floating IP: only its own project can have it led to a server, and give it back."""
TAKEN = "taken_addresses"
"""Of a subnet: the addresses that its servers have, which its pools leave out."""
POOLS_LEAVE_OUT = (
    "They leave out what servers had when the subnet was copied, those of other tenants too: no "
    "DHCP port takes the address of a server that moves later."
)
NEW_GATEWAY_ADDRESS = "The hosts had addresses of their own there; the router gets a new one."
DEFAULT_RULES = (
    "New default groups got these rules. The groups that move have them, groups of later projects "
    "do not: set them with openstack default security group rule create, where Neutron has that."
)


def losses_of_port(port: Mapping[str, Any]) -> Iterable[Loss]:
    """Yield what Nova does not tell of a port, if it does not."""
    for field in OF_PORTS:
        if told := port.get(field):
            yield Loss(field=field, value=told, reason=_REASONS[field])


def of_disabled_project(addresses: Sequence[Record], source: TenantReader) -> Finding | None:
    """Return what stands in the way where Keystone gives nobody a token for the project."""
    if source.project["enabled"] or not any(r.fields.get(LED_BY_PROJECT) for r in addresses):
        return None
    return Finding(
        severity=BLOCK,
        sentence=f"Project {source.tenant.name} is disabled on cloud {source.cloud.name}: "
        "nova-network takes back its floating IPs, at a rollback or at finalize, only from a "
        "project that is enabled.",
        fix="Enable it there until the plan is finalized, or leave its floating IPs out.",
    )
