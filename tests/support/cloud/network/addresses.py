"""Which addresses the ports of a network get."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused
from tests.support.cloud.network.subnets import in_pools

if TYPE_CHECKING:
    from tests.support.cloud.network import Network

_AUTOMATIC = ("slaac", "dhcpv6-stateless")


class Addresses:
    """Gives addresses of subnets to ports."""

    def __init__(self, service: "Network") -> None:
        self.service = service

    def free(self, subnet: Json) -> str:
        """Return the first address of a subnet's pools that nobody has."""
        taken = {*self._taken(subnet["network_id"])}
        for address in in_pools(subnet):
            if address not in taken:
                return address
        raise Refused(
            409,
            f"No more IP addresses available on network {subnet['network_id']}.",
            kind="IpAddressGenerationFailure",
        )

    def _taken(self, network_id: str, *, besides: str = "") -> Iterable[str]:
        for port in self.service.ports.where(network_id=network_id):
            if port["id"] != besides:
                yield from (fixed["ip_address"] for fixed in port["fixed_ips"])
        yield from (s["gateway_ip"] for s in self.subnets(network_id) if not besides)

    def subnets(self, network_id: str) -> list[Json]:
        """Return the subnets of a network."""
        return self.service.subnets.where(network_id=network_id)

    def of(self, port: Json, wanted: list[Json] | None) -> list[Json]:
        """Return the addresses that a port gets: those that are wanted, or whichever are free."""
        if wanted is None:
            found = [*self._unasked(port)]
        else:
            found = [self._wanted(port, each) for each in wanted]
            asked = {each["subnet_id"] for each in found}
            more = (each for each in self._automatic(port) if each["subnet_id"] not in asked)
            found += [*more] if wanted else []
        self._require_free(port, found)
        return found

    def _unasked(self, port: Json) -> Iterable[Json]:
        """Yield one address of each version, and those that make themselves."""
        plain = [s for s in self.subnets(port["network_id"]) if not _is_automatic(s)]
        for version in (4, 6):
            of_version = [subnet for subnet in plain if subnet["ip_version"] == version]
            if of_version:
                subnet = of_version[0]
                yield {"subnet_id": subnet["id"], "ip_address": self.free(subnet)}
        yield from self._automatic(port)

    def _automatic(self, port: Json) -> Iterable[Json]:
        for subnet in self.subnets(port["network_id"]):
            if _is_automatic(subnet) and not port["device_owner"].startswith("network:"):
                yield {"subnet_id": subnet["id"], "ip_address": _made_from_mac(subnet, port)}

    def _wanted(self, port: Json, wanted: Json) -> Json:
        if "ip_address" not in wanted:
            subnet = self.service.subnets.get(wanted["subnet_id"])
            made = _made_from_mac(subnet, port) if _is_automatic(subnet) else self.free(subnet)
            return {"subnet_id": subnet["id"], "ip_address": made}
        address = ip_address(wanted["ip_address"])
        for subnet in self.subnets(port["network_id"]):
            is_it = wanted.get("subnet_id") in (None, subnet["id"])
            if is_it and address in ip_network(subnet["cidr"]):
                if _is_automatic(subnet) and not port["device_owner"].startswith("network:"):
                    raise _invalid(
                        f"IPv6 address {address} can not be directly assigned to a port "
                        f"on subnet {subnet['id']} with automatic addresses."
                    )
                return {"subnet_id": subnet["id"], "ip_address": str(address)}
        raise _invalid(
            f"IP address {address} is not a valid IP for any of the subnets on the specified "
            "network."
        )

    def _require_free(self, port: Json, found: list[Json]) -> None:
        taken = {*self._taken(port["network_id"], besides=port["id"])}
        for each in found:
            if each["ip_address"] in taken:
                raise Refused(
                    409,
                    f"IP address {each['ip_address']} already allocated in subnet "
                    f"{each['subnet_id']}",
                    kind="IpAddressAlreadyAllocated",
                )


def _is_automatic(subnet: Json) -> bool:
    return subnet["ipv6_address_mode"] in _AUTOMATIC


def _made_from_mac(subnet: Json, port: Json) -> str:
    """Return the address that a guest makes from its MAC (EUI-64)."""
    octets = bytes.fromhex(port["mac_address"].replace(":", ""))
    interface = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return str(ip_network(subnet["cidr"])[int.from_bytes(interface)])


def _invalid(sentence: str) -> Refused:
    return Refused(400, f"Invalid input for operation: {sentence}", kind="InvalidInput")
