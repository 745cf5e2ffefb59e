"""The networks of environments, and their placement on nodes' interfaces."""

import copy
import ipaddress
from typing import Any

from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

ADMIN_NETWORK_ID = 1


def make_configuration(master: Master, *, number: int, group_id: int) -> Row:
    """Return the networks of an environment; ranges and VLANs are derived from its number.

    All new ones have the number 1, as on a real master: two of them cannot run side by side.
    """
    second = 10 * (number - 1)
    plan = [
        ("private", None, None),
        ("public", f"172.16.{number - 1}.0/24", None),
        ("management", f"192.168.{second}.0/24", 100 * number + 1),
        ("storage", f"192.168.{second + 1}.0/24", 100 * number + 2),
    ]
    networks = [
        _network(master.next_id("networks"), name, cidr=cidr, vlan=vlan, group_id=group_id)
        for name, cidr, vlan in plan
    ]
    admin = _network(
        ADMIN_NETWORK_ID, "fuelweb_admin", cidr="10.20.0.0/24", vlan=None, group_id=None
    )
    return {
        "networks": [*networks, admin],
        "networking_parameters": _parameters(number),
        "vips": {},
    }


def make_group_networks(master: Master, *, number: int, group_id: int) -> list[Row]:
    """Return the networks of another node group, including the one that its nodes boot from."""
    made = make_configuration(master, number=10 + number % 16, group_id=group_id)["networks"]
    admin, own = made[-1], made[:-1]
    boot = f"10.{100 + number}.0.0/24"
    own_admin = _network(
        master.next_id("networks"), admin["name"], cidr=boot, vlan=None, group_id=group_id
    )
    return [*own, own_admin]


def add_vips(configuration: Row, *, public: str, management: str) -> None:
    """Add an environment's virtual addresses, which it gets with its first controller."""
    addresses = {"public": public, "management": management}
    configuration["vips"] = {
        name: {
            "ipaddr": address,
            "is_user_defined": False,
            "namespace": "haproxy",
            "network_role": f"{'mgmt' if name == 'management' else name}/vip",
            "node_roles": ["controller", "primary-controller"],
            "vendor_specific": None,
        }
        for name, address in addresses.items()
    }
    configuration |= {"public_vip": public, "management_vip": management}


def vips(configuration: Row) -> list[Row]:
    """Return the virtual addresses of an environment as rows."""
    ids = {network["name"]: network["id"] for network in configuration["networks"]}
    return [
        {
            "id": number,
            "ip_addr": vip["ipaddr"],
            "is_user_defined": vip["is_user_defined"],
            "network": ids[name],
            "node": None,
            "vip_name": name,
            "vip_namespace": vip["namespace"],
        }
        for number, (name, vip) in enumerate(configuration["vips"].items(), start=1)
    ]


def change_configuration(cluster: Row, wanted: Row) -> Row:
    """Replace the given networks. Raises Refusal for overlapping ranges."""
    networks = copy.deepcopy(cluster["_networks"]["networks"])
    given = {network["id"]: network for network in wanted.get("networks", ())}
    _refuse_unknown(given.keys() - {network["id"] for network in networks})
    for network in networks:
        _refuse_derived(network, given.get(network["id"], {}))
        network |= given.get(network["id"], {})
    _refuse_overlaps(networks)
    cluster["_networks"]["networks"] = networks
    cluster["_networks"]["networking_parameters"] |= wanted.get("networking_parameters", {})
    answer: Row = cluster["_networks"]
    return answer


def describe_networks(cluster: Row, node: Row, *, with_addresses: bool = False) -> None:
    """Update a node's network_data from its interfaces."""
    networks = {network["id"]: network for network in cluster["_networks"]["networks"]}
    node["network_data"] = [
        _described(networks[assigned["id"]], interface, node if with_addresses else None)
        for interface in node["_interfaces"]
        for assigned in interface["assigned_networks"]
        if assigned["id"] in networks
    ]


def _described(network: Row, interface: Row, node: Row | None) -> Row:
    described: Row = {
        "name": network["name"],
        "dev": interface["name"],
        "vlan": network["vlan_start"],
        "cidr": network["cidr"],
    }
    if network["cidr"] is None or node is None:
        return described
    whole = ipaddress.ip_network(network["cidr"])
    last = node["ip"].rpartition(".")[2]
    return described | {
        "ip": f"{whole.network_address + int(last)}/{whole.prefixlen}",
        "netmask": str(whole.netmask),
        "brd": str(whole.broadcast_address),
        "gateway": network["gateway"],
    }


def _network(
    identity: int, name: str, *, cidr: str | None, vlan: int | None, group_id: int | None
) -> Row:
    uses_gateway = name in ("public", "fuelweb_admin")
    whole = ipaddress.ip_network(cidr) if cidr else None
    gateway = str(whole.network_address + 1) if whole and uses_gateway else None
    first, last = (2, 126) if name == "public" else (129, 254) if group_id is None else (1, 254)
    ends = (str(whole.network_address + one) for one in (first, last)) if whole else ()
    segments: Row = {"neutron_vlan_range": True, "seg_type": "vlan"} if name == "private" else {}
    meta: Row = {
        **segments,
        "name": name,
        "cidr": cidr,
        "configurable": group_id is not None and cidr is not None,
        "map_priority": 1,
        "notation": None if not cidr else "ip_ranges" if uses_gateway else "cidr",
        "render_addr_mask": None,
        "render_type": None,
        "use_gateway": uses_gateway,
        "vlan_start": vlan,
    }
    return {
        "id": identity,
        "name": name,
        "cidr": cidr,
        "gateway": gateway,
        "group_id": group_id,
        "ip_ranges": [list(ends)] if whole else [],
        "vlan_start": vlan,
        "meta": meta,
    }


def _parameters(number: int) -> dict[str, Any]:
    public = f"172.16.{number - 1}"
    return {
        "base_mac": "fa:16:3e:00:00:00",
        "configuration_template": None,
        "dns_nameservers": ["8.8.4.4", "8.8.8.8"],
        "floating_name": "admin_floating_net",
        "floating_ranges": [[f"{public}.130", f"{public}.254"]],
        "gre_id_range": [2, 65535],
        "internal_cidr": "192.168.111.0/24",
        "internal_gateway": "192.168.111.1",
        "internal_name": "admin_internal_net",
        "net_l23_provider": "ovs",
        "segmentation_type": "vlan",
        "vlan_range": [1000, 1030],
    }


def _refuse_overlaps(networks: list[Row]) -> None:
    ranges = [(one, ipaddress.ip_network(one["cidr"])) for one in networks if one["cidr"]]
    for index, (one, first) in enumerate(ranges):
        for other, second in ranges[index + 1 :]:
            if first.overlaps(second):
                ids = [one["id"], other["id"]]
                raise Refusal(
                    400,
                    "Address space intersection between networks:\n"
                    f"{one['name']}, {other['name']} (Network IDs: {ids[0]}, {ids[1]})",
                    errors=[{"ids": ids, "errors": ["cidr"]}],
                )


def _refuse_unknown(ids: set[int]) -> None:
    if ids:
        raise Refusal(400, f"Networks with ID's {sorted(ids)} are not present in the database")


def _refuse_derived(network: Row, given: Row) -> None:
    """Refuse values that Nailgun derives itself: ranges in cidr notation, an unused gateway."""
    meta: Row = given.get("meta") or network["meta"]
    name = network["name"]
    has_same_cidr = given.get("cidr", network["cidr"]) == network["cidr"]
    ranges = given.get("ip_ranges", network["ip_ranges"])
    if meta["notation"] == "cidr" and has_same_cidr and ranges != network["ip_ranges"]:
        text = f"ip_ranges for network '{name}' (Network IDs: '{network['id']}') cannot be changed "
        raise Refusal(400, f"{text}with 'cidr' notation, change notation to 'ip_ranges'")
    if not meta["use_gateway"] and given.get("gateway", network["gateway"]) != network["gateway"]:
        text = f"Gateway for network '{name}' (Network IDs: '{network['id']}') cannot be changed "
        raise Refusal(400, f"{text}while 'use_gateway' is False")
