"""A cloud in memory without Neutron: its Nova has the networks, as clouds of FlatDHCP and VLAN.

Neutron's rows are what it stands on, which nobody can reach any more: tenants are made with Neutron
first. What Nova tells of them has the form of the recordings of a Juno cloud.
"""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.service import Service

_NOTHING = (
    *("cidr_v6", "gateway_v6", "netmask_v6", "rxtx_base", "priority", "deleted_at", "host"),
    *("vpn_public_address", "vpn_public_port", "vpn_private_address", "dns2", "mtu"),
)
PORTS = ("from_port", "to_port")


class NovaNetworkCloud(MemoryCloud):
    """A cloud whose Neutron is reached only while it ``has_neutron``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.has_neutron = True
        self.nova_network = NovaNetwork(self)

    @property
    @override
    def services(self) -> dict[str, Service]:
        reached = super().services
        return {
            root: service
            for root, service in reached.items()
            if self.has_neutron or service is not self.network
        }


class NovaNetwork:
    """The networks of Nova: its paths, and the actions of servers with floating addresses."""

    def __init__(self, cloud: NovaNetworkCloud) -> None:
        self.cloud, compute = cloud, cloud.compute
        compute.actions.further["addFloatingIp"] = self.associate
        compute.actions.further["removeFloatingIp"] = self.disassociate
        limits = {"floating_ips": 10, "security_groups": 10, "security_group_rules": 20}
        cloud.quotas.set_default("compute", **limits)
        lists = {
            "extensions/os-networks": lambda request: {"extension": {"alias": "os-networks"}},
            "os-networks": lambda request: {"networks": [*map(self._network, self._networks())]},
            "os-floating-ip-pools": self.pools,
            "os-floating-ips-bulk": self.bulk,
            "os-floating-ips": self.floating,
            "os-security-groups": self.groups,
            "os-security-group-default-rules": lambda request: {"security_group_default_rules": []},
        }
        for path, answer in lists.items():
            compute.route("GET", path, answer)
        compute.route("POST", "os-networks/{}/action", self.act)
        compute.route("DELETE", "os-floating-ips/{}", self.release)
        compute.route("DELETE", "os-security-groups/{}", self.delete_group)

    def _networks(self) -> list[Json]:
        return [
            row for row in self.cloud.network.networks.rows.values() if not row["router:external"]
        ]

    def _network(self, row: Json) -> Json:
        """Return a network; what is shared is of nobody."""
        [subnet] = self.cloud.network.subnets.where(network_id=row["id"])
        is_flat = row["provider:network_type"] == "flat"
        return {
            **dict.fromkeys(_NOTHING),
            **{"id": row["id"], "label": row["name"], "cidr": subnet["cidr"]},
            **{"gateway": subnet["gateway_ip"], "dhcp_server": subnet["gateway_ip"]},
            **{"dhcp_start": subnet["allocation_pools"][0]["start"], "enable_dhcp": True},
            **{"dns1": "192.0.2.53", "multi_host": not is_flat, "share_address": False},
            "project_id": None if is_flat else row["project_id"],
            "vlan": None if is_flat else row["provider:segmentation_id"],
            "bridge_interface": "eth1",
        }

    def act(self, request: Request) -> Answer:
        """Free a VLAN."""
        row = self.cloud.network.networks.rows[request.ids[0]]
        if request.body != {"disassociate_project": None}:
            raise Refused(400, f"There is no such action: {request.body}")
        row["project_id"] = ""
        return Answer(status=202)

    def pools(self, request: Request) -> Json:
        """List the pools."""
        rows = self.cloud.network.networks.where(**{"router:external": True})
        return {"floating_ip_pools": [{"name": row["name"]} for row in rows]}

    def bulk(self, request: Request) -> Json:
        """List the addresses of all tenants, for administrators."""
        self.cloud.compute.require_admin(request)
        rows = self.cloud.network.floating_ips.rows.values()
        return {"floating_ip_info": [self._address(row) for row in rows]}

    def _address(self, row: Json) -> Json:
        port = self.cloud.network.ports.rows.get(row["port_id"] or "", {})
        return {
            **{"address": row["floating_ip_address"], "project_id": row["project_id"]},
            **{"instance_uuid": port.get("device_id"), "interface": "eth0"},
            "pool": self.cloud.network.networks.rows[row["floating_network_id"]]["name"],
        }

    def floating(self, request: Request) -> Json:
        """List the addresses of the asker's own tenant, whoever asks."""
        rows = self._numbered(self.cloud.network.floating_ips.rows)
        own = request.asker.project_id
        return {
            "floating_ips": [
                {"id": number, "ip": row["floating_ip_address"]}
                for number, row in rows.items()
                if row["project_id"] == own
            ]
        }

    def release(self, request: Request) -> Answer:
        """Return an address to its pool."""
        row = self._numbered(self.cloud.network.floating_ips.rows)[int(request.ids[0])]
        if row["project_id"] != request.asker.project_id:
            raise Refused(404, "Floating ip not found")
        self.cloud.network.floating_ips.remove(row, request)
        return Answer(status=202)

    def _numbered(self, rows: Mapping[str, Json]) -> dict[int, Json]:
        """Return rows by numbers that they keep."""
        numbers: dict[str, Any] = self.cloud.rows("nova/numbers")
        for id_ in rows:
            numbers.setdefault(id_, len(numbers) + 1)
        return {numbers[id_]: row for id_, row in rows.items()}

    def associate(self, server: Json, arguments: Json, request: Request) -> None:
        """Lead an address to a server, as its own tenant alone may."""
        [row] = self.cloud.network.floating_ips.where(floating_ip_address=arguments["address"])
        if row["project_id"] != request.asker.project_id:
            raise Refused(403, "Not authorized.")
        ports = self.cloud.compute.servers.ports_of(server)
        wanted = arguments["fixed_address"]
        [port] = [p for p in ports if wanted in {f["ip_address"] for f in p["fixed_ips"]}]
        self.cloud.network.floating_ips.change(row, {"port_id": port["id"]}, request)

    def disassociate(self, server: Json, arguments: Json, request: Request) -> None:
        """Lead an address nowhere."""
        [row] = self.cloud.network.floating_ips.where(floating_ip_address=arguments["address"])
        if row["port_id"] not in server["~ports"]:
            raise Refused(422, f"Floating ip {arguments['address']} is not associated")
        self.cloud.network.floating_ips.change(row, {"port_id": None}, request)

    def groups(self, request: Request) -> Json:
        """List the groups of all tenants."""
        self.cloud.compute.require_admin(request)
        rows = self._numbered(self.cloud.network.groups.rows)
        return {"security_groups": [self._group(number, row) for number, row in rows.items()]}

    def _group(self, number: int, row: Json) -> Json:
        rules = self._numbered(self.cloud.network.rules.rows)
        return {
            **{"id": number, "name": row["name"], "description": row["description"]},
            "tenant_id": row["project_id"],
            "rules": [
                self._rule(id_, rule, number)
                for id_, rule in rules.items()
                if rule["security_group_id"] == row["id"]
                and (rule["direction"], rule["ethertype"]) == ("ingress", "IPv4")
            ],
        }

    def _rule(self, number: int, rule: Json, group: int) -> Json:
        cidr, remote = rule["remote_ip_prefix"], rule["remote_group_id"]
        source = self.cloud.network.groups.rows[remote] if remote else {}
        ports = (rule["port_range_min"], rule["port_range_max"])
        return {
            **{"id": number, "parent_group_id": group},
            "ip_protocol": rule["protocol"].upper() if rule["protocol"] else None,
            **{name: -1 if port is None else port for name, port in zip(PORTS, ports, strict=True)},
            "ip_range": {"cidr": cidr} if cidr else {},
            "group": {"name": source["name"], "tenant_id": source["project_id"]} if source else {},
        }

    def delete_group(self, request: Request) -> Answer:
        """Delete a group."""
        row = self._numbered(self.cloud.network.groups.rows)[int(request.ids[0])]
        self.cloud.network.groups.remove(row, request)
        return Answer(status=202)
