"""Floating addresses: those that a tenant has taken out of the pools."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.legacy.nova_network.made_ids import made_id, pool_id
from dashboard.clients.legacy.nova_network.nics import Nic
from dashboard.clients.legacy.translator import Json


def floating_id(address: str) -> str:
    """Return the id of a floating IP; nova-network's own is known to its tenant alone."""
    return made_id("floating ip", address)


def floating_ips(
    addresses: Iterable[Json], nics: Sequence[Nic], routers: Mapping[str, str]
) -> Iterable[Json]:
    """Yield the floating IPs among the rows of os-floating-ips-bulk.

    ``nics`` are those of the servers that they lead to, ``routers`` the ids of the routers by
    network.
    """
    for row in addresses:
        if row.get("project_id"):
            nic = _led_to(row, nics)
            router = routers.get(nic.network_id) if nic else None
            yield {
                **{"id": floating_id(row["address"]), "floating_ip_address": row["address"]},
                **{"project_id": row["project_id"], "tenant_id": row["project_id"]},
                **{"floating_network_id": pool_id(row["pool"]), "router_id": router},
                **{"port_id": nic.id if nic else None, "status": "ACTIVE" if nic else "DOWN"},
                "fixed_ip_address": nic.fixed[0] if nic and nic.fixed else None,
                # only the tenant itself has it led elsewhere, or gives it back
                "is_led_by_project": True,
            }


def _led_to(row: Json, nics: Sequence[Nic]) -> Nic | None:
    """Return the interface that an address leads to; a server's own list of them may be behind."""
    mine = [nic for nic in nics if nic.server["id"] == row.get("instance_uuid")]
    named = [nic for nic in mine if row["address"] in nic.floating]
    return next(iter((*named, *mine)), None)
