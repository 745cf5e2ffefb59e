"""Networks."""

from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.standard import NeutronCollection, with_extension

OWN_MTU = 1450


class Networks(NeutronCollection):
    """Networks: a tenant's own, and those that are shared or external."""

    def __init__(self) -> None:
        super().__init__("networks", "network", _fields())

    def is_visible(self, row: Json, request: Request) -> bool:
        """Shared and external networks are seen by everybody."""
        return super().is_visible(row, request) or row["shared"] or row["router:external"]

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Choose the segment, and refuse an MTU that it has no room for."""
        for name in ("shared", "router:external"):
            if row[name] and not request.asker.is_admin:
                raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        row["mtu"] = row["mtu"] or OWN_MTU
        if row["mtu"] > OWN_MTU:
            raise Refused(
                400,
                f"Invalid input for operation: Requested MTU is too big, maximum is {OWN_MTU}.",
                kind="InvalidInput",
            )
        row["provider:segmentation_id"] = row["provider:segmentation_id"] or len(self.rows) + 1


def _fields() -> dict[str, Any]:
    return {
        **{"admin_state_up": True, "shared": False, "status": "ACTIVE", "subnets": []},
        **{"availability_zones": [], "availability_zone_hints": [], "mtu": 0},
        **{"ipv4_address_scope": None, "ipv6_address_scope": None, "router:external": False},
        "port_security_enabled": True,
        "provider:network_type": Field(default="vxlan", for_admin=True),
        "provider:physical_network": Field(for_admin=True),
        "provider:segmentation_id": Field(for_admin=True),
        "dns_domain": with_extension("dns-integration", ""),
        "vlan_transparent": with_extension("vlan-transparent"),
        "qos_policy_id": with_extension("qos"),
        "is_default": Field(default=False, is_optional=True),
    }
