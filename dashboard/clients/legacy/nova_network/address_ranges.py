"""From which ranges of a network a server could still get an address."""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, ip_address, ip_network

from dashboard.clients.legacy.translator import Json


def free_ranges(row: Json, taken: Collection[str]) -> list[Json]:
    """Return the ranges of a row of os-networks without the addresses that are taken.

    They begin where nova-network's DHCP does. Its gateway and DHCP server are never in them: they
    are one address as a rule, which the copy's router has, while its DHCP port takes another.
    """
    network = ip_network(row["cidr"])
    first = int(ip_address(row.get("dhcp_start") or str(network[1])))
    last = int(network[-2])
    held = {*taken, row.get("gateway"), row.get("dhcp_server")} - {None, ""}
    numbers = (int(ip_address(address)) for address in held if address)
    gaps = _between(first, last, sorted(n for n in numbers if first <= n <= last))
    return [{"start": str(IPv4Address(a)), "end": str(IPv4Address(b))} for a, b in gaps]


def _between(first: int, last: int, held: Iterable[int]) -> Iterable[tuple[int, int]]:
    start = first
    for number in held:
        if start < number:
            yield start, number - 1
        start = number + 1
    if start <= last:
        yield start, last
