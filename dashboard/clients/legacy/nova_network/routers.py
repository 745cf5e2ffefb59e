"""Routers: the hosts, which are the gateways of servers and translate their addresses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.clients.legacy.nova_network.made_ids import made_id, pool_id, subnet_id
from dashboard.clients.legacy.nova_network.networks import is_of_everybody
from dashboard.clients.legacy.translator import Json

_INTERFACE = "network:router_interface"


@dataclass(frozen=True, kw_only=True)
class HostRouter:
    """A router with the networks whose gateway it is: all of a tenant's, or one of everybody's."""

    id: str
    networks: tuple[Json, ...]

    def router(self, pool: str) -> Json:
        """Return the router; it is of no project, since it is the hosts'."""
        gateway = {"network_id": pool_id(pool), "enable_snat": True, "external_fixed_ips": []}
        return {
            **{"id": self.id, "name": self.networks[0]["label"], "routes": []},
            **{"project_id": "", "tenant_id": "", "admin_state_up": True, "status": "ACTIVE"},
            "external_gateway_info": gateway,
        }

    def interfaces(self) -> Iterable[Json]:
        """Yield its ports, one for each network."""
        for row in self.networks:
            fixed = {"subnet_id": subnet_id(row["id"]), "ip_address": row["gateway"]}
            yield {
                **{"id": made_id("interface", row["id"]), "name": "", "network_id": row["id"]},
                **{"project_id": "", "tenant_id": "", "mac_address": "", "fixed_ips": [fixed]},
                **{"device_id": self.id, "device_owner": _INTERFACE, "security_groups": []},
            }


def host_routers(networks: Sequence[Json]) -> list[HostRouter]:
    """Return the routers of all networks that have a gateway.

    A network of everybody's has its own, so that it is the same one for whoever uses it.
    """
    with_gateway = [row for row in networks if row.get("gateway")]
    found = [
        HostRouter(id=made_id("router of network", row["id"]), networks=(row,))
        for row in with_gateway
        if is_of_everybody(row)
    ]
    tenants = dict.fromkeys(row["project_id"] for row in with_gateway if row.get("project_id"))
    for tenant in tenants:
        mine = tuple(row for row in with_gateway if row.get("project_id") == tenant)
        found.append(HostRouter(id=made_id("router of tenant", tenant), networks=mine))
    return found
