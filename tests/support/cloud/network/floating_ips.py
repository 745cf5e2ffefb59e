"""Floating IPs."""

from typing import Any

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.ports import FLOATING
from tests.support.cloud.network.standard import NeutronCollection, with_extension


class FloatingIps(NeutronCollection):
    """Floating IPs; each has a port on its external network that holds the address."""

    def __init__(self) -> None:
        fields: dict[str, Any] = {
            **{"floating_network_id": "", "floating_ip_address": None, "router_id": None},
            **{"port_id": None, "fixed_ip_address": None, "status": "DOWN"},
            "port_details": with_extension("fip-port-details"),
            "dns_name": with_extension("dns-integration", ""),
            "dns_domain": with_extension("dns-integration", ""),
            "qos_policy_id": with_extension("qos"),
            "port_forwardings": with_extension("floating-ip-port-forwarding-detail", []),
        }
        required = ("floating_network_id",)
        super().__init__("floatingips", "floatingip", fields, is_named=False, required=required)

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"Floating IP {id_} could not be found", kind="FloatingIPNotFound")

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Take an address of the external network, and lead to the port that was asked for."""
        network = self.service.networks.get(row["floating_network_id"])
        if not network["router:external"]:
            sentence = f"Network {network['id']} is not a valid external network"
            raise Refused(400, f"Bad floatingip request: {sentence}.", kind="BadRequest")
        wanted = row["floating_ip_address"]
        # the policy keeps the choice of an address to administrators
        if wanted and not request.asker.is_admin:
            raise Refused(403, self.service.denial, kind="PolicyNotAuthorized")
        self.service.qos.require_usable(row, "floatingip")
        self._connect(row, row["port_id"], row["fixed_ip_address"])
        port = self.service.ports.add(
            network_id=network["id"],
            project_id="",
            device_owner=FLOATING,
            device_id=row["id"],
            fixed_ips=[{"ip_address": wanted}] if wanted else None,
        )
        row["floating_ip_address"] = port["fixed_ips"][0]["ip_address"]

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a floating IP; to name no port disconnects it."""
        super().change(row, {k: v for k, v in given.items() if k not in _CONNECTION}, request)
        if given.get("port_id"):
            self.service.forwardings.require_none(row)
        if "port_id" in given and (row["port_id"] or given["port_id"]):
            self.disconnect(row)
            self._connect(row, given["port_id"], given.get("fixed_ip_address"))

    def _connect(self, row: Json, port_id: str | None, address: str | None) -> None:
        row["port_id"], row["fixed_ip_address"] = None, None
        if not port_id:
            return
        port = self.service.ports.get(port_id)
        fixed = _chosen(port, address)
        network_id = row["floating_network_id"]
        router_id = self.service.routers.reaching(fixed["subnet_id"], network_id)
        if not router_id:
            raise Refused(
                404,
                f"External network {network_id} is not reachable from subnet "
                f"{fixed['subnet_id']}.  Therefore, cannot associate Port {port_id} with a "
                "Floating IP.",
                kind="ExternalGatewayForFloatingIPNotFound",
            )
        self._require_alone(row, port_id, fixed["ip_address"])
        row.update(port_id=port_id, fixed_ip_address=fixed["ip_address"], router_id=router_id)
        row["status"] = "ACTIVE"

    def _require_alone(self, row: Json, port_id: str, address: str) -> None:
        for other in self.where(port_id=port_id, fixed_ip_address=address):
            if other["id"] != row["id"]:
                raise Refused(
                    409,
                    f"Cannot associate floating IP {row['floating_ip_address']} ({row['id']}) "
                    f"with port {port_id} using fixed IP {address}, as that fixed IP already has "
                    f"a floating IP on external network {row['floating_network_id']}.",
                    kind="FloatingIPPortAlreadyAssociated",
                )

    def disconnect(self, row: Json) -> None:
        """Detach a floating IP from its port."""
        row.update(port_id=None, fixed_ip_address=None, router_id=None, status="DOWN")

    def view(self, row: Json, request: Request) -> Json:
        """Return a floating IP with what its port is."""
        port = self.service.ports.rows.get(row["port_id"] or "")
        details = port and {name: port[name] for name in _DETAILS}
        told = {"port_details": details, "port_forwardings": self.service.forwardings.told(row)}
        return super().view({**row, **told}, request)

    def remove(self, row: Json, request: Request) -> None:
        """Delete a floating IP without forwardings, which frees its address."""
        self.service.forwardings.require_none(row)
        super().remove(row, request)
        for port in self.service.ports.where(device_id=row["id"], device_owner=FLOATING):
            self.service.ports.rows.pop(port["id"])


_CONNECTION = ("port_id", "fixed_ip_address")
_DETAILS = (
    *("name", "network_id", "mac_address", "admin_state_up", "status"),
    *("device_id", "device_owner"),
)


def _chosen(port: Json, address: str | None) -> Json:
    """Return the address of a port that is meant, the first IPv4 one where none is named."""
    for fixed in port["fixed_ips"]:
        if address == fixed["ip_address"] or (not address and "." in fixed["ip_address"]):
            return dict(fixed)
    sentence = f"Port {port['id']} does not have fixed ip {address}."
    raise Refused(400, f"Bad floatingip request: {sentence}", kind="BadRequest")
