"""Subnets."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.standard import NeutronCollection

DHCP = "network:dhcp"
UNSET = "~unset"


class Subnets(NeutronCollection):
    """Subnets. One with DHCP has a port of the DHCP agent, which takes an address of the pool."""

    def __init__(self) -> None:
        fields = {
            **{"network_id": "", "ip_version": 4, "cidr": "", "gateway_ip": UNSET},
            **{"allocation_pools": UNSET, "dns_nameservers": [], "host_routes": []},
            **{"enable_dhcp": True, "ipv6_ra_mode": None, "ipv6_address_mode": None},
            **{"service_types": [], "subnetpool_id": None},
            "router:external": Field(default=False, extension="subnet-external-network"),
            "dns_publish_fixed_ip": Field(default=False, extension="subnet-dns-publish-fixed-ip"),
            "segment_id": Field(extension="segment"),
        }
        super().__init__("subnets", "subnet", fields, required=("network_id", "ip_version", "cidr"))

    def is_visible(self, row: Json, request: Request) -> bool:
        """Subnets of shared and external networks are seen by everybody."""
        network = self.service.networks.rows.get(row["network_id"], {})
        shared = network.get("shared") or network.get("router:external")
        return super().is_visible(row, request) or bool(shared)

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Choose gateway and pools where they are not given."""
        network = self.service.networks.get(row["network_id"])
        cidr = ip_network(row["cidr"])
        self._require_apart(row, cidr)
        self.service.pools.allocate(row)
        if (row["ipv6_ra_mode"] or row["ipv6_address_mode"]) and not row["enable_dhcp"]:
            raise _invalid(
                "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False"
            )
        if row["gateway_ip"] == UNSET:
            row["gateway_ip"] = str(cidr[1])
        if row["allocation_pools"] == UNSET:
            row["allocation_pools"] = [*_pools(cidr, row["gateway_ip"])]
        row["router:external"] = network["router:external"]
        if network["project_id"] != row["project_id"] and not request.asker.is_admin:
            raise self.missing(row["network_id"])

    def _require_apart(self, row: Json, cidr: IPv4Network | IPv6Network) -> None:
        for other in self.where(network_id=row["network_id"]):
            same = other["ip_version"] == row["ip_version"]
            if same and other["subnetpool_id"] != row["subnetpool_id"]:
                raise Refused(
                    400,
                    "Subnets hosted on the same network must be allocated from the same subnet "
                    "pool.",
                    kind="NetworkSubnetPoolAffinityError",
                )
            if ip_network(other["cidr"]).overlaps(cidr):
                raise _invalid(
                    f"Requested subnet with cidr: {row['cidr']} for network: {row['network_id']} "
                    "overlaps with another subnet."
                )

    def made(self, row: Json, request: Request) -> None:
        """Add the subnet to its network, and start DHCP."""
        network = self.service.networks.get(row["network_id"])
        network["subnets"] = [*network["subnets"], row["id"]]
        self._serve_dhcp(row)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a subnet; DHCP may begin or end."""
        if given.keys() & {"ipv6_ra_mode", "ipv6_address_mode", "cidr", "network_id"}:
            raise Refused(400, f"Cannot update read-only attribute {min(given)}")
        super().change(row, given, request)
        self._serve_dhcp(row)

    def _serve_dhcp(self, row: Json) -> None:
        ports = self.service.ports
        served = [port for port in ports.on_subnet(row["id"]) if port["device_owner"] == DHCP]
        if row["enable_dhcp"] and not served and self.service.has_dhcp:
            address = ports.addresses.free(row)
            ports.add(
                network_id=row["network_id"],
                project_id=row["project_id"],
                device_owner=DHCP,
                device_id=f"dhcp-{row['network_id']}",
                fixed_ips=[{"subnet_id": row["id"], "ip_address": address}],
            )
        for port in () if row["enable_dhcp"] else served:
            del ports.rows[port["id"]]

    def remove(self, row: Json, request: Request) -> None:
        """Delete a subnet on which nothing has an address but DHCP."""
        ports = self.service.ports.on_subnet(row["id"])
        if left := [port["id"] for port in ports if port["device_owner"] != DHCP]:
            raise Refused(
                409,
                f"Unable to complete operation on subnet {row['id']}: One or more ports have an IP "
                f"allocation from this subnet: {', '.join(left)}.",
                kind="SubnetInUse",
            )
        self.forget(row)

    def forget(self, row: Json) -> None:
        """Take a subnet away with the port of DHCP."""
        for port in self.service.ports.on_subnet(row["id"]):
            self.service.ports.rows.pop(port["id"], None)
        self.rows.pop(row["id"], None)
        network = self.service.networks.rows.get(row["network_id"])
        if network:
            network["subnets"] = [id_ for id_ in network["subnets"] if id_ != row["id"]]


def _pools(cidr: IPv4Network | IPv6Network, gateway: str | None) -> Iterable[Json]:
    """Yield the ranges of addresses beside the gateway's."""
    first, last = int(cidr[1]), int(cidr[-2] if cidr.version == 4 else cidr[-1])
    gate = int(ip_address(gateway)) if gateway else 0
    ranges = [(first, gate - 1), (gate + 1, last)] if first <= gate <= last else [(first, last)]
    kind: Any = type(cidr[1])
    for start, end in ranges:
        if start <= end:
            yield {"start": str(kind(start)), "end": str(kind(end))}


def _invalid(sentence: str) -> Refused:
    return Refused(400, f"Invalid input for operation: {sentence}", kind="InvalidInput")


def in_pools(subnet: Json) -> Iterable[str]:
    """Yield the addresses of a subnet's pools, the first few hundred of each."""
    for pool in subnet["allocation_pools"]:
        start, end = ip_address(pool["start"]), ip_address(pool["end"])
        numbers = range(int(start), int(end) + 1)
        kind: Any = type(start)
        yield from (str(kind(number)) for number in islice(numbers, 300))
