"""Networks: the tenant's own are created, those it only uses are mapped by name."""

from collections.abc import Iterable

from dashboard.migrations_app.contract import MAP, Decision, Record
from dashboard.migrations_app.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.reading import TenantReader

_SEGMENT = "The destination chooses the segment of a tenant network itself."


class Network(NeutronResource):
    """A Neutron network. Shared and external ones of others are expected on the destination."""

    name = "network"
    plural = "networks"
    collection = "networks"
    singular = "network"
    needs = ("project",)
    copied = (
        "name",
        "description",
        "admin_state_up",
        "shared",
        "port_security_enabled",
        "mtu",
        "dns_domain",
    )
    own = (
        *NEUTRON_OWN,
        "subnets",
        "availability_zones",
        "ipv4_address_scope",
        "ipv6_address_scope",
        "router:external",
        "is_default",
        "l2_adjacency",
    )
    lost = {
        "provider:network_type": _SEGMENT,
        "provider:physical_network": _SEGMENT,
        "provider:segmentation_id": _SEGMENT,
        "segments": _SEGMENT,
        "availability_zone_hints": "Zones of network agents differ between clouds.",
        "tags": "Tags of networks are not carried.",
        "qos_policy_id": "QoS policies are not carried.",
        "vlan_transparent": "Transparent VLANs are not carried.",
        "vlan_qinq": "Stacked VLANs are not carried.",
    }

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Give the tenant's networks and those of others that it uses."""
        return [self.record(network, reader) for network in reader.networks]

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the tenant's own; find others by the name of the choice, or their own."""
        if not record.foreign and not choice:
            return Decision()
        name = choice or record.name
        found = reader.list("network", "/networks", "networks", name=name) or reader.list(
            "network", "/networks", "networks", id=name
        )
        if len(found) == 1:
            return Decision(action=MAP, destination_id=found[0]["id"])
        kind = "external network" if record.fields.get("router:external") else "shared network"
        count = f"{len(found)} networks" if found else f"no {kind}"
        return Decision(
            action=MAP,
            problem=f"Cloud {reader.cloud.name} has {count} named {name!r}, which the tenant uses.",
            fix=f"Create it there, or map network:{record.name}=NAME-OR-ID to another one.",
        )
