"""Networks."""

from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.shared import SharedCollection
from tests.support.cloud.network.standard import with_extension
from tests.support.cloud.network.subnets import DHCP

OWN_MTU = 1450
_FLAGS = {"vlan_transparent": "Transparency", "qinq": "QinQ"}
_SEGMENT = ("provider:network_type", "provider:physical_network", "provider:segmentation_id")


class Networks(SharedCollection):
    """Networks: a tenant's own, and those that are shared or external."""

    object_type = "network"

    def __init__(self) -> None:
        super().__init__("networks", "network", _fields())
        self.physical_networks = {"physnet1"}
        self.driver_flags = {"vlan_transparent"}

    def is_visible(self, row: Json, request: Request) -> bool:
        """External networks are seen by everybody."""
        return super().is_visible(row, request) or bool(row["router:external"])

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Choose the segment, and refuse an MTU that it has no room for."""
        super().prepare(row, given, request)
        self.service.groups.ensure_default(row["project_id"])
        self.service.require_zones(row)
        self.service.qos.require_usable(row, "network")
        if row["router:external"] and not request.asker.is_admin:
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        if row["router:external"]:
            row.setdefault("is_default", False)
        row["mtu"] = row["mtu"] or OWN_MTU
        if row["mtu"] > OWN_MTU:
            raise Refused(
                400,
                f"Invalid input for operation: Requested MTU is too big, maximum is {OWN_MTU}.",
                kind="InvalidInput",
            )
        self._require_supported(row)
        self._take_segment(row, given)

    def _require_supported(self, row: Json) -> None:
        for name, words in _FLAGS.items():
            if row.get(name) and name not in self.driver_flags:
                sentence = f"Backend does not support VLAN {words}."
                raise Refused(400, sentence, kind=f"Vlan{words}DriverError")

    def _take_segment(self, row: Json, given: Json) -> None:
        """Take the segment that is asked for, or the next one of the tenants' own kind."""
        type_, physical, number = (row[name] for name in _SEGMENT)
        if _SEGMENT[0] not in given:
            row["provider:segmentation_id"] = number or len(self.rows) + 1
        elif physical and physical not in self.physical_networks:
            raise Refused(
                400,
                f"Invalid input for operation: physical_network '{physical}' unknown for "
                f"{type_.upper()} provider network.",
                kind="InvalidInput",
            )
        elif physical and self.where(**{name: row[name] for name in _SEGMENT}):
            raise Refused(
                409,
                f"Unable to create the network. The VLAN {number} on physical network {physical} "
                "is in use.",
                kind="VlanIdInUse",
            )

    def remove(self, row: Json, request: Request) -> None:
        """Delete a network that has no ports but those of DHCP, and its subnets with it."""
        ports = self.service.ports.where(network_id=row["id"])
        if left := [port["id"] for port in ports if port["device_owner"] != DHCP]:
            raise Refused(
                409,
                f"Unable to complete operation on network {row['id']}. There are one or more ports "
                f"still in use on the network, id for these ports is {','.join(left)}.",
                kind="NetworkInUse",
            )
        for subnet in self.service.subnets.where(network_id=row["id"]):
            self.service.subnets.forget(subnet)
        super().remove(row, request)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a network; its QoS policy must be one that its driver has."""
        self.service.qos.require_usable({**row, **given}, "network")
        super().change(row, given, request)


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
        "vlan_transparent": with_extension("vlan-transparent", False),
        "qinq": with_extension("qinq", False),
        "qos_policy_id": with_extension("qos"),
        "is_default": with_extension("auto-allocated-topology", False, is_optional=True),
    }
