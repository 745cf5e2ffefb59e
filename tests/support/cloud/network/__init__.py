"""Neutron: networks with all that is on them."""

from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.conntrack_helpers import ConntrackHelpers
from tests.support.cloud.network.floating_ips import FloatingIps
from tests.support.cloud.network.metering import MeteringLabels
from tests.support.cloud.network.ndp_proxies import NdpProxies
from tests.support.cloud.network.networks import Networks
from tests.support.cloud.network.pools import AddressGroups, AddressScopes, SubnetPools
from tests.support.cloud.network.port_forwardings import PortForwardings
from tests.support.cloud.network.ports import Ports
from tests.support.cloud.network.qos import QosPolicies
from tests.support.cloud.network.quota_routes import NeutronQuotas
from tests.support.cloud.network.routers import Routers
from tests.support.cloud.network.security_groups import SecurityGroupRules, SecurityGroups
from tests.support.cloud.network.shared import RbacPolicies
from tests.support.cloud.network.subnets import Subnets
from tests.support.cloud.network.trunks import Trunks
from tests.support.cloud.service import Service

if TYPE_CHECKING:
    from tests.support.cloud.memory import MemoryCloud


class Network(Service):
    """Neutron's API with the extensions of the release.

    ``has_dhcp``: agents serve subnets with DHCP, and take an address of each; ``zones`` are theirs.
    """

    type = "network"
    name = "neutron"
    root = "network"
    prefix = "/v2.0"

    def __init__(self, cloud: "MemoryCloud") -> None:
        super().__init__(cloud)
        self.has_dhcp = True
        self.zones: tuple[str, ...] = ("nova",)
        self.networks, self.subnets, self.ports = Networks(), Subnets(), Ports()
        self.groups, self.rules = SecurityGroups(), SecurityGroupRules()
        self.routers, self.floating_ips = Routers(), FloatingIps()
        cloud.add(self, self.networks, self.subnets, self.ports, self.groups, self.rules)
        self.policies = RbacPolicies()
        cloud.add(self, self.routers, self.floating_ips, self.policies)
        self.qos, self.pools, self.address_groups = QosPolicies(), SubnetPools(), AddressGroups()
        cloud.add(self, self.qos, self.pools, AddressScopes(), self.address_groups)
        self.trunks = Trunks()
        self.forwardings = PortForwardings()
        cloud.add(self, self.trunks, self.forwardings, MeteringLabels())
        self.helpers = ConntrackHelpers()
        self.proxies = NdpProxies()
        cloud.add(self, self.helpers, self.proxies)
        self._count()
        NeutronQuotas(self)
        self.route("GET", "extensions", self.list_extensions)
        self.route("GET", "agents", self.list_agents)
        self.route("GET", "availability_zones", self.list_zones)

    def _count(self) -> None:
        counted = {
            **{"network": self.networks, "subnet": self.subnets, "port": self.ports},
            **{"router": self.routers, "floatingip": self.floating_ips},
            **{"security_group": self.groups, "security_group_rule": self.rules},
        }
        for name, collection in counted.items():
            self.cloud.quotas.count(name, collection)

    def list_agents(self, request: Request) -> Json:
        """Answer with the agent of the only host, which tells its physical networks."""
        self.require_admin(request)
        mappings = {name: f"br-{name}" for name in sorted(self.networks.physical_networks)}
        agent = {
            "agent_type": "Open vSwitch agent",
            "configurations": {"bridge_mappings": mappings},
        }
        return {"agents": [{"id": "agent-1", "alive": True, **agent}]}

    def list_extensions(self, request: Request) -> Json:
        """Answer with the extensions of the release."""
        return {
            "extensions": [
                {"alias": alias, "name": alias, "description": "", "links": [], "updated": ""}
                for alias in sorted(self.cloud.release.extensions)
            ]
        }

    def list_zones(self, request: Request) -> Json:
        """Answer with the zones of the agents for networks and for routers."""
        return {
            "availability_zones": [
                {"name": name, "resource": resource, "state": "available"}
                for name in self.zones
                for resource in ("network", "router")
            ]
        }

    def require_zones(self, row: Json) -> None:
        """Refuse what asks for a zone that there is not."""
        if missing := [zone for zone in row["availability_zone_hints"] if zone not in self.zones]:
            sentence = f"AvailabilityZone {missing[0]} could not be found."
            raise Refused(404, sentence, kind="AvailabilityZoneNotFound")

    def envelope(self, refused: Refused) -> Json:
        """Return the body of an error: neutron names its exceptions."""
        kind = refused.kind or "HTTPBadRequest"
        return {"NeutronError": {"detail": "", "message": refused.message, "type": kind}}

    def over_quota(self, name: str, *, limit: int, wanted: int) -> Refused:
        """Return the error for what a quota has no room for."""
        return Refused(409, f"Quota exceeded for resources: ['{name}'].", kind="OverQuota")
