"""What is looked up in both clouds before a gateway is made, and what is in its way."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import Stretch
from dashboard.migrations_app.stretch.gateway import refuse_size
from dashboard.migrations_app.stretch.sides import DESTINATION, SOURCE, Side, named_in, side_of

_SEGMENT = ("provider:network_type", "provider:physical_network", "provider:segmentation_id")
_ON_A_WIRE = ("flat", "vlan")


def prepare(stretch: Stretch) -> None:
    """Look up and store all that the gateways need, unless an earlier attempt has.

    Raises ``NeedsOperator`` for what is missing in a cloud, or makes a tunnel a loop.
    """
    if stretch.options.get("prepared"):
        return
    sides = [side_of(stretch, name) for name in (SOURCE, DESTINATION)]
    networks = [
        side.session.get("network", f"/networks/{side.network_id}", "network") for side in sides
    ]
    _require_apart(stretch, *networks)
    subnets = _listed(sides[0], "/subnets", "subnets")
    common = {
        "address": _free_address(stretch, sides, subnets),
        "mtu": _size(networks),
        "gateways": [subnet["gateway_ip"] for subnet in subnets if subnet["gateway_ip"]],
    }
    prepared = {side.name: {**common, **found_in(side.session, side.chosen)} for side in sides}
    stretch.options = {**stretch.options, "prepared": prepared}
    stretch.save(update_fields=["options"])


def _size(networks: Sequence[Json]) -> int:
    """Return the MTU that both networks have. Raises ``BadInput`` for one without a tunnel."""
    mtu = min(network.get("mtu") or 1500 for network in networks)
    refuse_size(mtu)
    return mtu


def found_in(session: CloudSession, chosen: Callable[[str], str]) -> dict[str, Any]:
    """Return the ids of what was chosen in one cloud.

    Raises ``NeedsOperator`` for what it does not have, and where no gateway can be.
    """
    extensions = session.list("network", "/extensions", "extensions")
    if not any(each["alias"] == "port-security" for each in extensions):
        raise NeedsOperator(
            f"The network service of cloud {session.name} cannot switch off port security, so that "
            "a gateway server could not pass on the frames of others.",
            fix="Enable the extension port-security of Neutron. With nova-network there is no way.",
        )
    ids = {
        "image": named_in(session, "image", "/images", "images", chosen("image")),
        "flavor": named_in(session, "compute", "/flavors", "flavors", chosen("flavor")),
        "outside": named_in(session, "network", "/networks", "networks", chosen("outside")),
    }
    if floating := chosen("floating"):
        ids["floating"] = named_in(session, "network", "/networks", "networks", floating)
    return {name: found["id"] for name, found in ids.items()}


def _require_apart(stretch: Stretch, source: Json, destination: Json) -> None:
    """Refuse to join what is one segment already: frames would go round for ever."""
    here, there = ([network.get(name) for name in _SEGMENT] for network in (source, destination))
    if here == there and here[0] in _ON_A_WIRE:
        raise NeedsOperator(
            f"The network {stretch.network_name} is on {' '.join(str(part) for part in here)} in "
            "both clouds. If that is one wire, its servers reach each other, and a tunnel would be "
            "a loop.",
            fix="Use it as it is. If these are two wires of one name, a tunnel is made by hand, "
            "with pumphouse gateway.",
        )


def _free_address(stretch: Stretch, sides: list[Side], subnets: list[Json]) -> str:
    """Return an address of the network that is free in both clouds: no server is given it.

    Both gateways hold it, and neither uses it. It is the last one, which Neutron gives last.
    """
    taken = {
        fixed["ip_address"]
        for side in sides
        for port in _listed(side, "/ports", "ports")
        for fixed in port["fixed_ips"]
    }
    for subnet in subnets:
        for address in _addresses(subnet):
            if address not in taken | {subnet["gateway_ip"]}:
                return address
    raise NeedsOperator(
        f"The network {stretch.network_name} has no address left that is free in both clouds.",
        fix="Free one, or widen the allocation pools of its subnet in both clouds.",
    )


def _addresses(subnet: Json) -> Iterable[str]:
    """Yield the addresses of a subnet's pools, the last one first."""
    for pool in reversed(subnet["allocation_pools"]):
        first, last = (ip_address(pool[end]) for end in ("start", "end"))
        yield from (str(first + number) for number in range(int(last) - int(first), -1, -1))


def _listed(side: Side, path: str, key: str) -> list[Json]:
    return list(side.session.list("network", path, key, network_id=side.network_id))
