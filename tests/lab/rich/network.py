"""The tenant's network: trunks, QoS, pools, forwardings, grants and tags."""

from typing import Any

from dashboard.clients.openstack import CloudSession
from tests.lab.rich.made import Json, Made
from tests.lab.unusual_network import free_addresses

TAGS = ["blue", "rack=7"]
# what the project lists of its own, with whether its objects can have tags
COLLECTIONS = {
    "address-scopes": False,
    "subnetpools": True,
    "qos/policies": True,
    "address-groups": False,
    "networks": True,
    "subnets": True,
    "security-groups": True,
    "routers": True,
    "ports": True,
    "trunks": True,
    "floatingips": True,
}


class Network:
    """A network of a pool, with a policy, a trunk, a forwarding and a grant to another project."""

    def __init__(self, made: Made, destination: CloudSession, project_id: str, other: str) -> None:
        self.made, self.cloud = made, made.cloud
        self.project_id, self.other_id = project_id, other
        self.address = free_addresses(made.cloud, destination, count=1)[0]
        self.make_pool()
        self.make_policy()
        self.make_networks()
        self.make_group()
        self.make_router()
        self.make_ports()
        self.make_forwarding()
        self.grant()
        self.tag()

    def make(self, collection: str, key: str, **fields: Any) -> Json:
        """Create an object of the tenant's."""
        path = f"/{collection}"
        return self.made.make("network", path, key, project_id=self.project_id, **fields)

    def make_pool(self) -> None:
        """A scope and a pool of its own addresses."""
        self.scope = self.make("address-scopes", "address_scope", name="scope", ip_version=4)
        self.pool = self.make(
            "subnetpools",
            "subnetpool",
            name="pool",
            address_scope_id=self.scope["id"],
            prefixes=["10.30.0.0/16"],
            default_prefixlen=24,
        )

    def make_policy(self) -> None:
        """A policy with two rules."""
        self.policy = self.make("qos/policies", "policy", name="slow", description="5 Mbit/s")
        path = f"/qos/policies/{self.policy['id']}"
        limit = {"max_kbps": 5000, "max_burst_kbps": 500, "direction": "egress"}
        self.cloud.post("network", f"{path}/bandwidth_limit_rules", {"bandwidth_limit_rule": limit})
        mark = {"dscp_marking_rule": {"dscp_mark": 26}}
        self.cloud.post("network", f"{path}/dscp_marking_rules", mark)

    def make_networks(self) -> None:
        """A network with a policy and a subnet of the pool, and a second one for a trunk."""
        self.lan = self.make("networks", "network", name="lan", qos_policy_id=self.policy["id"])
        self.vlan = self.make("networks", "network", name="vlan", dns_domain="rich.example.org.")
        self.subnet = self.make(
            "subnets",
            "subnet",
            name="of-the-pool",
            network_id=self.lan["id"],
            subnetpool_id=self.pool["id"],
            cidr="10.30.7.0/24",
            ip_version=4,
        )
        self.make(
            *("subnets", "subnet"), network_id=self.vlan["id"], cidr="10.31.0.0/24", ip_version=4
        )

    def make_group(self) -> None:
        """A stateless group with a rule for the addresses of an address group."""
        self.addresses = self.make(
            "address-groups", "address_group", name="branch", addresses=["10.90.0.0/24"]
        )
        self.group = self.make("security-groups", "security_group", name="doors", stateful=False)
        self.make(
            "security-group-rules",
            "security_group_rule",
            security_group_id=self.group["id"],
            direction="ingress",
            protocol="tcp",
            port_range_min=443,
            port_range_max=443,
            remote_address_group_id=self.addresses["id"],
        )

    def make_router(self) -> None:
        """A router over several agents, with a helper for TFTP."""
        external = next(self.cloud.list("network", "/networks", "networks", name="public"))
        self.external_id = external["id"]
        gateway = {"network_id": external["id"]}
        self.router = self.make(
            "routers", "router", name="edge", ha=True, external_gateway_info=gateway
        )
        path = f"/routers/{self.router['id']}"
        connection = {"subnet_id": self.subnet["id"]}
        self.cloud.put("network", f"{path}/add_router_interface", connection)
        helper = {"protocol": "udp", "port": 69, "helper": "tftp"}
        self.cloud.post("network", f"{path}/conntrack_helpers", {"conntrack_helper": helper})

    def make_ports(self) -> None:
        """The parent and a sub-port of a trunk, and a port with a policy and a name."""
        self.parent = self.make("ports", "port", name="parent", network_id=self.lan["id"])
        self.sub = self.make("ports", "port", name="sub", network_id=self.vlan["id"])
        sub_port = {
            "port_id": self.sub["id"],
            "segmentation_type": "vlan",
            "segmentation_id": 101,
        }
        self.trunk = self.make(
            "trunks", "trunk", name="trunk", port_id=self.parent["id"], sub_ports=[sub_port]
        )
        self.slow = self.make(
            "ports",
            "port",
            name="slow",
            network_id=self.vlan["id"],
            qos_policy_id=self.policy["id"],
            dns_name="slow",
        )

    def make_forwarding(self) -> None:
        """An address of which one port leads into the network."""
        self.floating = self.make(
            "floatingips",
            "floatingip",
            floating_network_id=self.external_id,
            floating_ip_address=self.address,
        )
        port = self.make("ports", "port", name="inside", network_id=self.lan["id"])
        forwarding = {
            "protocol": "tcp",
            "external_port": 2222,
            "internal_port": 22,
            "internal_port_id": port["id"],
            "internal_ip_address": port["fixed_ips"][0]["ip_address"],
            "description": "ssh",
        }
        self.forwardings = f"/floatingips/{self.floating['id']}/port_forwardings"
        self.made.make("network", self.forwardings, "port_forwarding", **forwarding)

    def grant(self) -> None:
        """The network is shared with a project that has not moved, the policy with everybody."""
        shared = {"action": "access_as_shared", "target_tenant": self.other_id}
        self.make(
            *("rbac-policies", "rbac_policy"),
            object_type="network",
            object_id=self.lan["id"],
            **shared,
        )

    def tag(self) -> None:
        """Everything that can have tags has two, but for the ports of routers."""
        for collection in (name for name, tagged in COLLECTIONS.items() if tagged):
            kind = collection.replace("qos/", "")
            for each in self.listed(collection):
                if str(each.get("device_owner", "")).startswith("network:"):
                    continue
                self.cloud.put("network", f"/{kind}/{each['id']}/tags", {"tags": TAGS})

    def listed(self, collection: str, **query: Any) -> list[Json]:
        """Return the tenant's objects of a collection."""
        return listed(self.cloud, collection, self.project_id, **query)

    def clear(self) -> None:
        """Take the forwardings and the router off the subnet, or it cannot be deleted."""
        for each in self.cloud.list("network", self.forwardings, "port_forwardings"):
            self.cloud.delete("network", f"{self.forwardings}/{each['id']}")
        connection = {"subnet_id": self.subnet["id"]}
        path = f"/routers/{self.router['id']}/remove_router_interface"
        self.cloud.put("network", path, connection)


def listed(cloud: CloudSession, collection: str, project_id: str, **query: Any) -> list[Json]:
    """Return a project's objects of a collection of Neutron's."""
    key = collection.removeprefix("qos/").replace("-", "_")
    return [*cloud.list("network", f"/{collection}", key, project_id=project_id, **query)]
