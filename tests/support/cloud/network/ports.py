"""Ports."""

from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.addresses import Addresses
from tests.support.cloud.network.standard import NeutronCollection, with_extension

INTERFACE = "network:router_interface"
GATEWAY = "network:router_gateway"
FLOATING = "network:floatingip"
_NOT_DIRECTLY = (INTERFACE, GATEWAY, FLOATING)


class Ports(NeutronCollection):
    """Ports, with their addresses and groups."""

    def __init__(self) -> None:
        super().__init__(
            "ports",
            "port",
            _fields(),
            required=("network_id",),
            references={"network_id": "networks"},
        )

    @property
    def addresses(self) -> Addresses:
        """Who gives the ports their addresses."""
        return Addresses(self.service)

    def add(self, **given: Any) -> Json:
        """Store a port of a service itself: of a router, of DHCP, of a floating IP."""
        now = self.cloud.now()
        row = {**self.fields.defaults(), "id": self.cloud.new_id(), "created_at": now, **given}
        row |= {"tenant_id": row["project_id"], "updated_at": now, "security_groups": []}
        row["mac_address"] = self._new_mac()
        row["fixed_ips"] = self.addresses.of(row, given["fixed_ips"])
        self.rows[row["id"]] = row
        return row

    def on_subnet(self, subnet_id: str) -> list[Json]:
        """Return the ports that have an address of a subnet."""
        return [
            port
            for port in [*self.rows.values()]
            if any(fixed["subnet_id"] == subnet_id for fixed in port["fixed_ips"])
        ]

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Set a new port's MAC, addresses and groups."""
        network = self.service.networks.get(row["network_id"])
        if not self.service.networks.is_visible(network, request):
            raise self.service.networks.missing(network["id"])
        self.service.groups.ensure_default(row["project_id"])
        row["mac_address"] = (given.get("mac_address") or self._new_mac()).lower()
        self._require_own_mac(row)
        row["fixed_ips"] = self.addresses.of(row, given.get("fixed_ips"))
        row["security_groups"] = self._groups(row, given)
        self.service.qos.require_usable(row, "port")

    def _groups(self, row: Json, given: Json) -> list[str]:
        if "security_groups" in given:
            return [self.service.groups.get(id_)["id"] for id_ in given["security_groups"] or ()]
        trusted = row["device_owner"].startswith("network:") or not row["port_security_enabled"]
        return [] if trusted else [self.service.groups.ensure_default(row["project_id"])["id"]]

    def _new_mac(self) -> str:
        taken = {port["mac_address"] for port in self.rows.values()}
        numbers = (self.cloud.new_id().replace("-", "")[-6:] for _ in range(1000))
        macs = (f"fa:16:3e:{each[:2]}:{each[2:4]}:{each[4:]}" for each in numbers)
        return next(mac for mac in macs if mac not in taken)

    def _require_own_mac(self, row: Json) -> None:
        same = self.where(network_id=row["network_id"], mac_address=row["mac_address"])
        if any(other["id"] != row["id"] for other in same):
            raise Refused(
                409,
                f"Unable to complete operation for network {row['network_id']}. The mac address "
                f"{row['mac_address']} is in use.",
                kind="MacAddressInUse",
            )

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a port; neutron sees to its project's default group on the way."""
        self.service.qos.require_usable({**row, **given}, "port")
        self.service.groups.ensure_default(row["project_id"])
        if "fixed_ips" in given:
            given = {**given, "fixed_ips": self.addresses.of(row, given["fixed_ips"])}
        if "security_groups" in given:
            given = {**given, "security_groups": self._groups(row, given)}
        super().change(row, given, request)
        self._require_own_mac(row)

    def matches(self, row: Json, request: Request) -> bool:
        """Also by addresses, ``fixed_ips=ip_address=…``, and by groups."""
        wanted = {*request.query.get("fixed_ips", ())}
        has = {f"{name}={value}" for fixed in row["fixed_ips"] for name, value in fixed.items()}
        groups = {*request.query.get("security_groups", ())}
        return (
            super().matches(row, request)
            and (not wanted or bool(wanted & has))
            and (not groups or bool(groups & {*row["security_groups"]}))
        )

    def filters(self, request: Request) -> dict[str, list[str]]:
        """All parameters but those of which a port has several."""
        found = super().filters(request)
        for name in ("fixed_ips", "security_groups"):
            found.pop(name, None)
        return found

    def remove(self, row: Json, request: Request) -> None:
        """Delete a port that no router has."""
        if row["device_owner"] in _NOT_DIRECTLY:
            raise Refused(
                409,
                f"Port {row['id']} cannot be deleted directly via the port API: has device owner "
                f"{row['device_owner']}.",
                kind="ServicePortInUse",
            )
        self.service.trunks.require_untrunked(row)
        self.forget(row)

    def view(self, row: Json, request: Request) -> Json:
        """Return a port, with what it carries where it is a trunk's parent."""
        trunks = self.service.trunks.where(port_id=row["id"])
        details = {"trunk_details": self.service.trunks.details(trunks[0])} if trunks else {}
        return super().view({**row, **details}, request)

    def forget(self, row: Json) -> None:
        """Take a port away; floating IPs then lead nowhere."""
        self.rows.pop(row["id"], None)
        for floating in self.service.floating_ips.where(port_id=row["id"]):
            self.service.floating_ips.disconnect(floating)
        for proxy in self.service.proxies.where(port_id=row["id"]):
            del self.service.proxies.rows[proxy["id"]]
        for forwarding in self.service.forwardings.where(internal_port_id=row["id"]):
            self.service.forwardings.forget(forwarding)

    def bind(self, row: Json, *, server_id: str, zone: str, host: str) -> None:
        """Attach a port to a server."""
        row.update({"device_id": server_id, "device_owner": f"compute:{zone}", "status": "ACTIVE"})
        row.update({"binding:host_id": host, "binding:vif_type": "ovs"})
        row["binding:vif_details"] = {"port_filter": True, "ovs_hybrid_plug": False}
        self.touch(row)

    def unbind(self, row: Json) -> None:
        """Detach a port from what uses it."""
        row.update({"device_id": "", "device_owner": "", "status": "DOWN", "binding:host_id": ""})
        row.update({"binding:vif_type": "unbound", "binding:vif_details": {}})
        self.touch(row)


def _fields() -> dict[str, Any]:
    return {
        **{"network_id": "", "admin_state_up": True, "mac_address": "", "fixed_ips": []},
        **{"device_id": "", "device_owner": "", "status": "DOWN", "security_groups": []},
        **{"port_security_enabled": True, "allowed_address_pairs": [], "extra_dhcp_opts": []},
        "binding:vnic_type": "normal",
        "binding:host_id": Field(default="", for_admin=True),
        "binding:profile": Field(default={}, for_admin=True),
        "binding:vif_type": Field(default="unbound", for_admin=True),
        "binding:vif_details": Field(default={}, for_admin=True),
        "dns_name": with_extension("dns-integration", ""),
        "dns_assignment": with_extension("dns-integration", []),
        "dns_domain": with_extension("dns-domain-ports", ""),
        "qos_policy_id": with_extension("qos"),
        "hints": with_extension("port-hints"),
        "mac_learning_enabled": with_extension("mac-learning", False),
        "trusted": with_extension("port-trusted-vif"),
        "hardware_offload_type": with_extension("port-hardware-offload-type"),
        "qos_network_policy_id": with_extension("qos-port-network-policy"),
        "resource_request": with_extension("port-resource-request", for_admin=True),
        "propagate_uplink_status": with_extension("uplink-status-propagation", True),
        "numa_affinity_policy": Field(release="2026.2"),
        "device_profile": Field(release="2026.2"),
        "trunk_details": with_extension("trunk-details", is_optional=True),
    }
