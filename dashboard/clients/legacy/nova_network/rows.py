"""What nova-network tells: each list is read when it is first needed, and only once."""

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from dashboard.clients.legacy.nova_network.made_ids import group_id
from dashboard.clients.legacy.nova_network.networks import pool_of_hosts
from dashboard.clients.legacy.nova_network.nics import Nic, nics_of
from dashboard.clients.legacy.nova_network.security_groups import Groups, lookup
from dashboard.clients.legacy.paging import by_marker, by_offset
from dashboard.clients.legacy.servers_of_grizzly import with_macs
from dashboard.clients.legacy.translator import Json

if TYPE_CHECKING:
    from dashboard.clients.legacy.translator import Translator


class Rows:
    """The lists of one cloud, read through a translator for the time of one request."""

    def __init__(self, old: "Translator") -> None:
        self._old = old
        self._nics: dict[str, list[Nic]] = {}

    @cached_property
    def networks(self) -> list[Json]:
        """All networks of the cloud, as an administrator sees them."""
        return list(self._old.ask("GET", "/os-networks")["networks"])

    @cached_property
    def pools(self) -> list[str]:
        """The names of the pools of floating addresses."""
        listed = self._old.ask("GET", "/os-floating-ip-pools")["floating_ip_pools"]
        return [pool["name"] for pool in listed]

    @cached_property
    def addresses(self) -> list[Json]:
        """The floating addresses of all pools, with their tenants and servers."""
        return list(self._old.ask("GET", "/os-floating-ips-bulk")["floating_ip_info"])

    @cached_property
    def pool_of_hosts(self) -> str:
        """The pool that stands for the network to which hosts translate addresses."""
        return pool_of_hosts(self.addresses, self.pools)

    @cached_property
    def groups(self) -> list[Json]:
        """The security groups of all tenants; Nova cuts the list without a link to the rest."""
        query = {"all_tenants": 1}
        return by_offset(self._old, "/os-security-groups", "security_groups", query)

    @cached_property
    def group_ids(self) -> Groups:
        """What finds the id of a group by its tenant and name."""
        return lookup(self.groups)

    @cached_property
    def group_numbers(self) -> dict[str, int]:
        """Nova's own ids of the groups by those that are shown."""
        return {group_id(row["id"]): row["id"] for row in self.groups}

    def group_named(self, number: int) -> str:
        """Return the name of the group with that number."""
        return str(next(row["name"] for row in self.groups if row["id"] == number))

    @cached_property
    def default_rules(self) -> list[Json]:
        """The rules that new default groups get; none where Nova has no such rules."""
        found = self._old.find("/os-security-group-default-rules") or {}
        return list(found.get("security_group_default_rules", ()))

    @property
    def nics(self) -> list[Nic]:
        """The interfaces of all servers of the cloud."""
        return self.nics_of("")

    def nics_of(self, project_id: str) -> list[Nic]:
        """Return the interfaces of a project's servers, "" for all."""
        if project_id not in self._nics:
            servers = self._servers(project_id)
            found = (nics_of(each, self.networks, self._interfaces) for each in servers)
            self._nics[project_id] = [nic for nics in found for nic in nics]
        return self._nics[project_id]

    def taken_in(self, network_id: str) -> list[str]:
        """Return the addresses that servers have in a network."""
        return self._taken.get(network_id, [])

    @cached_property
    def _taken(self) -> dict[str, list[str]]:
        by_network = groupby(sorted(self.nics, key=_network_id), key=_network_id)
        return {id_: [address for nic in nics for address in nic.fixed] for id_, nics in by_network}

    def _servers(self, project_id: str) -> list[Json]:
        query: Json = {"all_tenants": 1, **({"project_id": project_id} if project_id else {})}
        servers = by_marker(self._old, "/servers/detail", "servers", query)
        return [with_macs(each, self._old) for each in servers]

    def _interfaces(self, server_id: str) -> list[Json]:
        path = f"/servers/{server_id}/os-virtual-interfaces"
        return list((self._old.find(path) or {}).get("virtual_interfaces", ()))


def _network_id(nic: Nic) -> str:
    return nic.network_id
