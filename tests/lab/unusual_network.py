"""A tenant with a network such as people build by hand, made and cleared on a cloud."""

from typing import Any
from uuid import uuid4

from dashboard.clients.openstack import CloudSession

Json = dict[str, Any]

COLLECTIONS = ("networks", "subnets", "ports", "routers", "floatingips", "security-groups")


class UnusualTenant:
    """A project on the source with what makes networks hard to move; ids by what they are for."""

    def __init__(self, source: CloudSession, destination: CloudSession) -> None:
        self.cloud = source
        self.name = f"unusual-{uuid4().hex[:8]}"
        project = {"project": {"name": self.name, "domain_id": "default"}}
        self.project_id = source.post("identity", "/projects", project, "project")["id"]
        self.external = next(source.list("network", "/networks", "networks", name="public"))
        self.gateway, self.floating, self.unused = free_addresses(source, destination)
        self.make_networks()
        self.make_groups()
        self.make_router()
        self.make_ports()

    def make(self, collection: str, singular: str, **fields: Any) -> Json:
        """Create an object of the tenant's."""
        body = {singular: {"project_id": self.project_id, **fields}}
        return self.cloud.post("network", f"/{collection}", body, singular)

    def make_networks(self) -> None:
        """One network with SLAAC beside IPv4; one with an operator's subnet without a gateway."""
        self.office = self.make("networks", "network", name="office", description="the office")
        office = self.office["id"]
        self.desks = self.make(
            *("subnets", "subnet"),
            name="desks",
            description="for desks",
            network_id=office,
            cidr="10.1.0.0/24",
            ip_version=4,
            dns_nameservers=["9.9.9.9", "1.1.1.1"],
            host_routes=[{"destination": "10.9.0.0/24", "nexthop": "10.1.0.9"}],
            allocation_pools=[{"start": "10.1.0.10", "end": "10.1.0.99"}],
        )
        self.slaac = self.make(
            *("subnets", "subnet"),
            network_id=office,
            cidr="fd00:1::/64",
            ip_version=6,
            ipv6_ra_mode="slaac",
            ipv6_address_mode="slaac",
        )
        self.plain = self.make("networks", "network", name="plain", port_security_enabled=False)
        self.closed = self.make(
            *("subnets", "subnet"),
            project_id=self.cloud.project_id,
            network_id=self.plain["id"],
            cidr="10.2.0.0/24",
            ip_version=4,
            gateway_ip=None,
            enable_dhcp=False,
        )

    def make_groups(self) -> None:
        """Two groups that name each other, a rule with an address group, a changed default."""
        web, db = (self.make("security-groups", "security_group", name=n) for n in ("web", "db"))
        self.groups = [web["id"], db["id"]]
        addresses = self.make(
            "address-groups", "address_group", name="a", addresses=["10.4.0.0/24"]
        )
        self.address_group = addresses["id"]
        self.rule(web, protocol="tcp", port_range_min=22, port_range_max=22, description="ssh")
        self.rule(web, remote_group_id=db["id"])
        self.rule(db, protocol="6", remote_group_id=web["id"])
        self.rule(db, protocol="112", remote_ip_prefix="10.3.4.5/16")
        self.rule(db, ethertype="IPv6", protocol="icmpv6")
        self.rule(db, protocol="tcp", remote_address_group_id=self.address_group)
        default = next(self.listed("security-groups", name="default"))
        self.rule(default, protocol="tcp", port_range_min=443, port_range_max=443)
        rules = default["security_group_rules"]
        egress = next(each for each in rules if each["direction"] == "egress")
        self.cloud.delete("network", f"/security-group-rules/{egress['id']}")

    def rule(self, group: Json, **fields: Any) -> None:
        """Add an ingress rule."""
        plain = {"security_group_id": group["id"], "direction": "ingress", "ethertype": "IPv4"}
        self.make("security-group-rules", "security_group_rule", **{**plain, **fields})

    def make_router(self) -> None:
        """A router with two interfaces at gateways, one elsewhere, and a route over the gateway."""
        self.router = self.make("routers", "router", name="edge", description="to the world")
        path = f"/routers/{self.router['id']}"
        fixed = [{"ip_address": "10.2.0.77"}]
        port = self.make("ports", "port", network_id=self.plain["id"], fixed_ips=fixed)
        connections = (
            {"subnet_id": self.desks["id"]},
            {"subnet_id": self.slaac["id"]},
            {"port_id": port["id"]},
        )
        for connection in connections:
            self.cloud.put("network", f"{path}/add_router_interface", connection)
        gateway = {
            "network_id": self.external["id"],
            "external_fixed_ips": [{"ip_address": self.gateway}],
            "enable_snat": False,
        }
        routes = [
            {"destination": "10.50.0.0/24", "nexthop": self.external_router},
            {"destination": "10.51.0.0/24", "nexthop": "10.1.0.9"},
        ]
        self.cloud.put("network", path, {"router": {"external_gateway_info": gateway}})
        self.cloud.put("network", path, {"router": {"routes": routes}})

    @property
    def external_router(self) -> str:
        """The gateway of the external network itself."""
        path = f"/subnets/{self.external['subnets'][0]}"
        return str(self.cloud.get("network", path, "subnet")["gateway_ip"])

    def make_ports(self) -> None:
        """Ports with two addresses, without groups, without an address; one of a balancer."""
        office, plain = self.office["id"], self.plain["id"]
        fixed = [{"ip_address": "10.1.0.20"}, {"ip_address": "10.1.0.21"}]
        pairs = [{"ip_address": "10.1.0.200"}]
        door = self.make(
            *("ports", "port"),
            name="door",
            description="two addresses",
            network_id=office,
            fixed_ips=fixed,
            security_groups=self.groups,
            allowed_address_pairs=pairs,
        )
        only_v6 = [{"subnet_id": self.slaac["id"]}]
        self.make("ports", "port", network_id=office, security_groups=[], fixed_ips=only_v6)
        self.make("ports", "port", network_id=plain, fixed_ips=[], admin_state_up=False)
        self.make("ports", "port", name="vip", network_id=office, device_owner="Octavia")
        address = {"floating_network_id": self.external["id"]}
        self.floating_ip = self.make(
            *("floatingips", "floatingip"),
            **address,
            floating_ip_address=self.floating,
            port_id=door["id"],
            fixed_ip_address="10.1.0.21",
        )
        self.make("floatingips", "floatingip", **address, floating_ip_address=self.unused)

    def listed(self, collection: str, **query: Any) -> Any:
        """Return the tenant's objects of a collection."""
        key = collection.replace("-", "_")
        return self.cloud.list(
            "network", f"/{collection}", key, project_id=self.project_id, **query
        )

    def ids(self) -> dict[str, set[str]]:
        """Return the ids of all that the tenant has, by collection."""
        return {name: {each["id"] for each in self.listed(name)} for name in COLLECTIONS}

    def clear(self) -> None:
        """Delete everything of the tenant from the source."""
        for floating in self.listed("floatingips"):
            self.cloud.delete("network", f"/floatingips/{floating['id']}")
        path = f"/routers/{self.router['id']}"
        alone = {"router": {"routes": [], "external_gateway_info": {}}}
        self.cloud.put("network", path, alone)
        for port in self.cloud.list("network", "/ports", "ports", device_id=self.router["id"]):
            body = {"port_id": port["id"]}
            self.cloud.put("network", f"{path}/remove_router_interface", body)
        self.cloud.delete("network", path)
        for collection in ("ports", "networks", "security-groups"):
            for each in self.listed(collection):
                self.cloud.delete("network", f"/{collection}/{each['id']}")
        self.cloud.delete("network", f"/address-groups/{self.address_group}")
        self.cloud.delete("identity", f"/projects/{self.project_id}")


def free_addresses(*clouds: CloudSession, count: int = 3) -> list[str]:
    """Return addresses of the shared external network that none of the clouds has given away."""
    taken = {
        fixed["ip_address"]
        for cloud in clouds
        for port in cloud.list("network", "/ports", "ports")
        for fixed in port["fixed_ips"]
    }
    free = (f"172.24.4.{number}" for number in range(200, 250))
    return [address for address in free if address not in taken][:count]
