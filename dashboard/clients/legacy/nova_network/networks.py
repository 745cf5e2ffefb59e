"""Networks and subnets: one of each for a row of os-networks, and a network for each pool."""

from collections.abc import Collection, Iterable

from dashboard.clients.legacy.nova_network.address_ranges import free_ranges
from dashboard.clients.legacy.nova_network.made_ids import pool_id, subnet_id
from dashboard.clients.legacy.translator import Json

# nova-network's own default for the name of the pool
DEFAULT_POOL = "nova"
# what hosts do by their nova.conf, which no API shows
_BY_CONFIGURATION = ["allow_same_net_traffic", "dmz_cidr"]
_VPN = ("vpn_public_address", "vpn_public_port", "vpn_private_address")


def is_of_everybody(row: Json) -> bool:
    """Return whether all tenants use a network, as in FlatDHCP mode; a free VLAN nobody does."""
    return not row.get("project_id") and not row.get("vlan")


def network_of(row: Json) -> Json:
    """Return the network of a row; one that all tenants use is of no project.

    One of IPv6 alone has no subnet.
    """
    subnets = [subnet_id(row["id"])] if row["cidr"] else []
    return {
        **_owner(row),
        **{"id": row["id"], "name": row["label"] or "", "subnets": subnets},
        **_STATE,
        **_segment(row),
        **({"mtu": row["mtu"]} if row.get("mtu") else {}),
        **_without_equal(row),
    }


def subnet_of(row: Json, taken: Collection[str]) -> Json:
    """Return the subnet of a row, whose pools leave out the addresses that are taken."""
    return {
        **_owner(row),
        **{"id": subnet_id(row["id"]), "network_id": row["id"], "name": row["label"]},
        **{"cidr": row["cidr"], "ip_version": 4, "gateway_ip": row.get("gateway") or None},
        "allocation_pools": free_ranges(row, taken),
        "dns_nameservers": [row[name] for name in ("dns1", "dns2") if row.get(name)],
        "host_routes": [],
        # a release that does not tell it has always DHCP
        "enable_dhcp": row.get("enable_dhcp", True) is not False,
        "taken_addresses": sorted(taken),
    }


def external_network(pool: str) -> Json:
    """Return the network that stands for a pool of floating addresses; its subnets are unknown."""
    return {
        **{"id": pool_id(pool), "name": pool, "project_id": "", "tenant_id": "", "subnets": []},
        **_STATE,
        "router:external": True,
    }


def pool_of_hosts(addresses: Iterable[Json], pools: Iterable[str]) -> str:
    """Return the pool to whose network the hosts translate: the one with the most addresses.

    No API tells through which interface they do. The choice depends only on what operators set up.
    """
    sizes = dict.fromkeys(sorted(pools), 0)
    for address in addresses:
        sizes[address["pool"]] = sizes.get(address["pool"], 0) + 1
    return max(sizes, key=lambda name: sizes[name], default=DEFAULT_POOL)


_STATE = {"admin_state_up": True, "status": "ACTIVE", "shared": False, "router:external": False}


def _owner(row: Json) -> Json:
    project_id = row.get("project_id") or ""
    return {"project_id": project_id, "tenant_id": project_id}


def _segment(row: Json) -> Json:
    """Return the segment; the interface of the hosts is all that is known of what it is on."""
    number = row.get("vlan")
    return {
        "provider:network_type": "vlan" if number else "flat",
        "provider:physical_network": row.get("bridge_interface") or None,
        "provider:segmentation_id": number or None,
    }


def _without_equal(row: Json) -> Json:
    """Return what Neutron has nothing for: plans name it as lost."""
    vpn = [str(row[name]) for name in _VPN if row.get(name)]
    found = {
        "nova_conf": _BY_CONFIGURATION,
        "multi_host": row.get("multi_host"),
        "vpn": vpn,
        "cidr_v6": row.get("cidr_v6"),
    }
    return {name: value for name, value in found.items() if value}
