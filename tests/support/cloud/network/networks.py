"""Networks, and who else may use them."""

from typing import Any

from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.standard import NeutronCollection, with_extension
from tests.support.cloud.network.subnets import DHCP

OWN_MTU = 1450


class Networks(NeutronCollection):
    """Networks: a tenant's own, and those that are shared or external."""

    def __init__(self) -> None:
        super().__init__("networks", "network", _fields())

    def is_visible(self, row: Json, request: Request) -> bool:
        """Shared and external networks are seen by everybody they are shared with."""
        is_own = super().is_visible(row, request)
        return is_own or row["router:external"] or self._is_shared(row, request)

    def view(self, row: Json, request: Request) -> Json:
        """Return a network: whether it is shared depends on who asks."""
        return super().view({**row, "shared": self._is_shared(row, request)}, request)

    def _is_shared(self, row: Json, request: Request) -> bool:
        targets = ("*", request.asker.project_id)
        policies = self.service.policies.of(row)
        return any(policy["target_tenant"] in targets for policy in policies)

    def made(self, row: Json, request: Request) -> None:
        """Share a network with everybody if its body asks for it."""
        self._share(row)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a network, and with whom it is shared."""
        super().change(row, given, request)
        self._share(row)

    def _share(self, row: Json) -> None:
        with_all = [p for p in self.service.policies.of(row) if p["target_tenant"] == "*"]
        if row["shared"] and not with_all:
            self.service.policies.share(row, "*")
        for policy in () if row["shared"] else with_all:
            del self.service.policies.rows[policy["id"]]

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Choose the segment, and refuse an MTU that it has no room for."""
        self.service.groups.ensure_default(row["project_id"])
        self.service.require_zones(row)
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
        for policy in self.service.policies.where(object_id=row["id"]):
            del self.service.policies.rows[policy["id"]]


class RbacPolicies(NeutronCollection):
    """Which projects may use objects of others."""

    tagged_as = None

    def __init__(self) -> None:
        fields = {"object_type": "", "object_id": "", "action": "", "target_tenant": ""}
        super().__init__("rbac-policies", "rbac_policy", fields, required=tuple(fields))
        names = ("id", "project_id", "tenant_id")
        self.fields = Fields({**dict.fromkeys(names, ""), **fields})

    def of(self, row: Json) -> list[Json]:
        """Return the policies by which others use an object."""
        return self.where(object_id=row["id"], action="access_as_shared")

    def share(self, row: Json, target: str, object_type: str = "network") -> None:
        """Share an object with a project, or with everybody: ``*``."""
        id_, owner = self.cloud.new_id(), row["project_id"]
        self.rows[id_] = {
            **{"id": id_, "project_id": owner, "tenant_id": owner, "target_tenant": target},
            **{"object_type": object_type, "object_id": row["id"], "action": "access_as_shared"},
        }


class AddressGroups(NeutronCollection):
    """Named groups of addresses, which rules may have as their remote."""

    tagged_as = None

    def __init__(self) -> None:
        super().__init__("address-groups", "address_group", {"addresses": []})


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
