"""Routers: interfaces are ports, the gateway is a port too, routes need one of them."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.ports import GATEWAY, INTERFACE
from tests.support.cloud.network.standard import NeutronCollection, with_extension
from tests.support.cloud.service import NOWHERE

INFO = "external_gateway_info"
# all gateways but the first
FURTHER = "~further"


class Routers(NeutronCollection):
    """Routers."""

    def __init__(self) -> None:
        fields = {
            **{"admin_state_up": True, "status": "ACTIVE", INFO: None, "routes": []},
            "availability_zones": [],
            "availability_zone_hints": [],
            "distributed": with_extension("dvr", False, for_admin=True),
            "ha": with_extension("l3-ha", False, for_admin=True),
            "enable_default_route_bfd": with_extension("enable-default-route-bfd", False),
            "enable_default_route_ecmp": with_extension("enable-default-route-ecmp", False),
            "conntrack_helpers": with_extension("expose-l3-conntrack-helper", []),
            "flavor_id": None,
            "external_gateways": with_extension("external-gateway-multihoming", []),
            "enable_ndp_proxy": with_extension("l3-ext-ndp-proxy", False),
        }
        super().__init__("routers", "router", fields)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the interfaces."""
        yield from super().routes()
        yield "PUT", "routers/{}/add_router_interface", self.add_interface
        yield "PUT", "routers/{}/remove_router_interface", self.remove_interface
        yield "PUT", "routers/{}/add_external_gateways", self.add_gateways
        yield "PUT", "routers/{}/remove_external_gateways", self.remove_gateways

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Leave gateway and routes for when the router is there."""
        self.service.require_zones(row)
        row[INFO], row["routes"] = None, []

    def made(self, row: Json, request: Request) -> None:
        """Set the gateway that was asked for."""
        if info := request.body["router"].get(INFO):
            self._set_gateway(row, info)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a router: routes first, for which the gateway must be there already."""
        if given.get("enable_ndp_proxy") and not self._reaches_proxied(row):
            sentence = f"Can not enable ndp proxy on router {row['id']}: no gateway has IPv6."
            raise Refused(409, sentence, kind="RouterGatewayNotValid")
        if "routes" in given:
            self._require_reachable(row, given["routes"])
        if INFO in given:
            given = {name: value for name, value in given.items() if name != INFO}
            self._set_gateway(row, request.body["router"][INFO] or {})
        super().change(row, given, request)

    def view(self, row: Json, request: Request) -> Json:
        """Return a router with all of its gateways."""
        gateways = [_as_gateway(row[INFO]), *row.get(FURTHER, ())] if row[INFO] else []
        helpers = self.service.helpers.told(row)
        told = {"external_gateways": gateways, "conntrack_helpers": helpers}
        return super().view({**row, **told}, request)

    def _reaches_proxied(self, row: Json) -> bool:
        """Return whether the gateway has an IPv6 address, without which there are no proxies."""
        fixed = (row[INFO] or {}).get("external_fixed_ips", ())
        return any(":" in each["ip_address"] for each in fixed)

    # the gateway

    def _set_gateway(self, row: Json, info: Json) -> None:
        old = row[INFO]
        self._require_no_floating(row, info)
        if not info and self.service.proxies.where(router_id=row["id"]):
            sentence = (
                f"Unable to unset external gateway of router {row['id']}: NDP proxies use it."
            )
            raise Refused(409, sentence, kind="RouterGatewayInUseByNDPProxy")
        if old:
            self._forget_gateway(row, old)
            row[INFO] = None
        if not info:
            row["enable_ndp_proxy"] = False
            if further := row.get(FURTHER):
                row[INFO], row[FURTHER] = {**further[0], "enable_snat": True}, further[1:]
            return
        network = self.service.networks.get(info["network_id"])
        if not network["router:external"]:
            sentence = f"Network {network['id']} is not an external network"
            raise Refused(400, f"Bad router request: {sentence}.", kind="BadRequest")
        port = self.service.ports.add(
            network_id=network["id"],
            project_id="",
            device_owner=GATEWAY,
            device_id=row["id"],
            fixed_ips=info.get("external_fixed_ips"),
        )
        row[INFO] = {
            "network_id": network["id"],
            "enable_snat": info.get("enable_snat", True),
            "external_fixed_ips": port["fixed_ips"],
            **({"qos_policy_id": info.get("qos_policy_id")} if self._has_gateway_qos else {}),
        }

    @property
    def _has_gateway_qos(self) -> bool:
        return "qos-gateway-ip" in self.cloud.release.extensions

    def _forget_gateway(self, row: Json, gateway: Json) -> None:
        """Take the port of a gateway away."""
        for port in self._ports(row, GATEWAY):
            if port["fixed_ips"] == gateway["external_fixed_ips"]:
                self.service.ports.rows.pop(port["id"])

    def add_gateways(self, request: Request) -> Json:
        """Add gateways to those that the router has; the first becomes its main one."""
        row = self._multihomed(request)
        for info in request.body["router"]["external_gateways"]:
            if not row[INFO]:
                self._set_gateway(row, info)
                continue
            port = self.service.ports.add(
                network_id=info["network_id"],
                project_id="",
                device_owner=GATEWAY,
                device_id=row["id"],
                fixed_ips=info.get("external_fixed_ips"),
            )
            added = {"network_id": info["network_id"], "external_fixed_ips": port["fixed_ips"]}
            row[FURTHER] = [*row.get(FURTHER, ()), added]
        self.touch(row)
        return {"router": self.view(row, request)}

    def remove_gateways(self, request: Request) -> Json:
        """Remove gateways, which must be there, and which no route needs."""
        row = self._multihomed(request)
        for info in request.body["router"]["external_gateways"]:
            if info not in row.get(FURTHER, ()):
                sentence = f"Unable to match a requested gateway port to router {row['id']}."
                raise Refused(404, sentence, kind="UnableToMatchGateways")
            row[FURTHER] = [each for each in row[FURTHER] if each != info]
            self._forget_gateway(row, info)
            self._require_reachable(row, row["routes"])
        self.touch(row)
        return {"router": self.view(row, request)}

    def _multihomed(self, request: Request) -> Json:
        if "external-gateway-multihoming" not in self.cloud.release.extensions:
            raise Refused(404, NOWHERE, kind="HTTPNotFound")
        return self.owned(request)

    def _require_no_floating(self, row: Json, info: Json) -> None:
        """Refuse to take the gateway from under floating IPs."""
        old = row[INFO]
        if not old or old["network_id"] == info.get("network_id"):
            return
        if self.service.floating_ips.where(router_id=row["id"]):
            raise Refused(
                409,
                f"Gateway cannot be updated for router {row['id']}, since a gateway to external "
                f"network {old['network_id']} is required by one or more floating IPs.",
                kind="RouterExternalGatewayInUseByFloatingIp",
            )

    # routes

    def _require_reachable(self, row: Json, routes: list[Json]) -> None:
        cidrs = [ip_network(self.service.subnets.get(id_)["cidr"]) for id_ in self._subnets(row)]
        for route in routes:
            if not any(ip_address(route["nexthop"]) in cidr for cidr in cidrs):
                raise Refused(
                    400,
                    f"Invalid format for routes: {routes}, the nexthop is not connected with "
                    "router",
                    kind="InvalidRoutes",
                )

    def _subnets(self, row: Json) -> set[str]:
        ports = self._ports(row, INTERFACE, GATEWAY)
        return {fixed["subnet_id"] for port in ports for fixed in port["fixed_ips"]}

    # interfaces

    def _ports(self, row: Json, *owners: str) -> list[Json]:
        found = self.service.ports.where(device_id=row["id"])
        return [port for port in found if port["device_owner"] in owners]

    def add_interface(self, request: Request) -> Json:
        """Connect the router to a subnet, or by a port."""
        row, body = self.owned(request), request.body
        port = (
            self._by_port(row, body["port_id"])
            if "port_id" in body
            else self._by_subnet(row, body["subnet_id"])
        )
        self.touch(row)
        return self._interface(row, port)

    def _by_port(self, row: Json, port_id: str) -> Json:
        port = self.service.ports.get(port_id)
        if port["device_id"]:
            raise Refused(
                409,
                f"Unable to complete operation on port {port_id} for network "
                f"{port['network_id']}. Port already has an attached device {port['device_id']}.",
                kind="PortInUse",
            )
        for fixed in port["fixed_ips"]:
            self._require_not_connected(row, fixed["subnet_id"])
        port.update(device_owner=INTERFACE, device_id=row["id"], status="ACTIVE")
        self.service.ports.touch(port)
        return port

    def _by_subnet(self, row: Json, subnet_id: str) -> Json:
        subnet = self.service.subnets.get(subnet_id)
        if not subnet["gateway_ip"]:
            sentence = "Subnet for router interface must have a gateway IP"
            raise Refused(400, f"Bad router request: {sentence}.", kind="BadRequest")
        self._require_not_connected(row, subnet_id)
        fixed = {"subnet_id": subnet_id, "ip_address": subnet["gateway_ip"]}
        return self.service.ports.add(
            network_id=subnet["network_id"],
            project_id=row["project_id"],
            device_owner=INTERFACE,
            device_id=row["id"],
            status="ACTIVE",
            fixed_ips=[fixed],
        )

    def _require_not_connected(self, row: Json, subnet_id: str) -> None:
        if subnet_id in self._subnets(row):
            sentence = f"Router already has a port on subnet {subnet_id}"
            raise Refused(400, f"Bad router request: {sentence}.", kind="BadRequest")

    def _interface(self, row: Json, port: Json) -> Json:
        subnets = [fixed["subnet_id"] for fixed in port["fixed_ips"]]
        return {
            **{"id": row["id"], "tenant_id": row["project_id"], "project_id": row["project_id"]},
            **{"port_id": port["id"], "network_id": port["network_id"]},
            **{"subnet_id": subnets[0], "subnet_ids": subnets, "tags": []},
        }

    def remove_interface(self, request: Request) -> Json:
        """Disconnect the router from a subnet that no route and no floating IP needs."""
        row, body = self.owned(request), request.body
        port = self._connected(row, body)
        for fixed in port["fixed_ips"]:
            self._require_unneeded(row, self.service.subnets.get(fixed["subnet_id"]))
        self.service.ports.rows.pop(port["id"])
        self.touch(row)
        return self._interface(row, port)

    def _connected(self, row: Json, body: Json) -> Json:
        for port in self._ports(row, INTERFACE):
            on = {fixed["subnet_id"] for fixed in port["fixed_ips"]}
            if body.get("port_id", port["id"]) == port["id"] and (
                "subnet_id" not in body or body["subnet_id"] in on
            ):
                return port
        sentence = f"Router {row['id']} does not have an interface with id {body.get('port_id')}"
        raise Refused(404, sentence, kind="RouterInterfaceNotFound")

    def _require_unneeded(self, row: Json, subnet: Json) -> None:
        cidr = ip_network(subnet["cidr"])
        if any(ip_address(route["nexthop"]) in cidr for route in row["routes"]):
            raise Refused(
                409,
                f"Router interface for subnet {subnet['id']} on router {row['id']} cannot be "
                "deleted, as it is required by one or more routes.",
                kind="RouterInterfaceInUseByRoute",
            )
        for floating in self.service.floating_ips.where(router_id=row["id"]):
            if any(ip_address(address) in cidr for address in self._led_to(floating)):
                raise Refused(
                    409,
                    f"Router interface for subnet {subnet['id']} on router {row['id']} cannot be "
                    "deleted, as it is required by one or more floating IPs.",
                    kind="RouterInterfaceInUseByFloatingIP",
                )

    def _led_to(self, floating: Json) -> list[str]:
        """Return the fixed addresses that a floating IP leads to."""
        forwardings = self.service.forwardings.where(floatingip_id=floating["id"])
        internal = [each["internal_ip_address"] for each in forwardings]
        return [address for address in (floating["fixed_ip_address"], *internal) if address]

    def remove(self, row: Json, request: Request) -> None:
        """Delete a router without interfaces, and its gateway with it."""
        if self._ports(row, INTERFACE):
            sentence = f"Router {row['id']} still has ports"
            raise Refused(409, sentence, kind="RouterInUse")
        for gateway in row.get(FURTHER, ()):
            self._forget_gateway(row, gateway)
        row[FURTHER] = []
        self._set_gateway(row, {})
        super().remove(row, request)
        for helper in self.service.helpers.where(router_id=row["id"]):
            del self.service.helpers.rows[helper["id"]]

    def reaching(self, subnet_id: str, network_id: str) -> str:
        """Return the id of a router between a subnet and an external network, "" for none."""
        for row in self.rows.values():
            info = row[INFO] or {}
            if info.get("network_id") == network_id and subnet_id in self._subnets(row):
                return str(row["id"])
        return ""


def _as_gateway(info: Json) -> Json:
    """Return the main gateway as it stands among all: without what only the main one has."""
    return {name: info[name] for name in ("network_id", "external_fixed_ips")}
