"""The network interfaces of servers: Neutron's ports."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from dashboard.clients.legacy.nova_network.made_ids import made_id, subnet_id
from dashboard.clients.legacy.servers_of_grizzly import BY_ORDER, MAC
from dashboard.clients.legacy.translator import Json
from dashboard.errors import NeedsOperator

_KIND, _NET = "OS-EXT-IPS:type", "OS-EXT-VIF-NET:net_id"

Interfaces = Callable[[str], Sequence[Json]]
"""Returns the os-virtual-interfaces of the server with that id."""
Groups = Callable[[str, str], str]
"""Returns the id of a security group by its tenant and name, "" for none."""


@dataclass(frozen=True, kw_only=True)
class Nic:
    """One interface of a server, with its fixed and floating IPv4 addresses.

    ``mac`` is "" where no API tells it, and only known ``by_order`` of the networks where that is
    all that Nova tells.
    """

    server: Json
    mac: str
    network_id: str
    fixed: tuple[str, ...]
    floating: tuple[str, ...]
    by_order: bool = False

    @property
    def id(self) -> str:
        """The port's id."""
        return made_id("port", self.server["id"], self.mac)

    def port(self, groups: Groups) -> Json:
        """Return the port; groups are of whole servers, and so of each of their ports.

        Raises ``NeedsOperator`` where nobody tells its MAC.
        """
        if not self.mac:
            raise _untold(self.server)
        server, tenant = self.server, self.server["tenant_id"]
        names = dict.fromkeys(group["name"] for group in server.get("security_groups") or ())
        ids = {name: groups(tenant, name) for name in names}
        unlisted = [name for name, id_ in ids.items() if not id_]
        zone = server.get("OS-EXT-AZ:availability_zone") or "nova"
        return {
            **{"id": self.id, "name": "", "project_id": tenant, "tenant_id": tenant},
            **{"network_id": self.network_id, "mac_address": self.mac},
            "fixed_ips": [
                {"subnet_id": subnet_id(self.network_id), "ip_address": address}
                for address in self.fixed
            ],
            **{"device_id": server["id"], "device_owner": f"compute:{zone}"},
            "security_groups": [id_ for id_ in ids.values() if id_],
            **{"admin_state_up": True, "status": "ACTIVE"},
            **({BY_ORDER: True} if self.by_order else {}),
            **({"unlisted_groups": unlisted} if unlisted else {}),
        }


def nics_of(server: Json, networks: Sequence[Json], interfaces: Interfaces) -> Iterable[Nic]:
    """Yield the interfaces of a server, found by the MACs of its addresses.

    Its addresses are grouped by the label of their network, which several networks may have. Only
    where the prefix does not tell them apart either are its ``interfaces`` asked for.
    """
    for label, mine in _by_interface(server):
        mac = mine[0].get(MAC) or ""
        fixed, floating = _addresses(mine, "fixed"), _addresses(mine, "floating")
        found = [row for row in networks if row["label"] == label and _is_on(row, fixed)]
        yield Nic(
            server=server,
            mac=mac,
            network_id=found[0]["id"] if len(found) == 1 else _told(server, mac, interfaces),
            fixed=fixed,
            floating=floating,
            by_order=BY_ORDER in mine[0],
        )


def _by_interface(server: Json) -> Iterable[tuple[str, list[Json]]]:
    """Return the addresses of each interface, with the label of its network."""
    found: dict[str, tuple[str, list[Json]]] = {}
    for label, addresses in (server.get("addresses") or {}).items():
        for entry in addresses:
            found.setdefault(entry.get(MAC) or label, (label, []))[1].append(entry)
    return found.values()


def _addresses(entries: Iterable[Json], kind: str) -> tuple[str, ...]:
    """Return the IPv4 addresses of a kind; before Grizzly all are fixed."""
    ours = (entry for entry in entries if entry["version"] == 4)
    return tuple(entry["addr"] for entry in ours if entry.get(_KIND, "fixed") == kind)


def _is_on(row: Json, fixed: Iterable[str]) -> bool:
    cidr = row["cidr"]
    return bool(cidr) and any(ip_address(address) in ip_network(cidr) for address in fixed)


def _told(server: Json, mac: str, interfaces: Interfaces) -> str:
    for interface in interfaces(server["id"]):
        if interface["mac_address"] == mac and interface.get(_NET):
            return str(interface[_NET])
    raise NeedsOperator(
        f"Server {server['name']} has an interface {mac} on no network that nova-network lists.",
        fix="Look for it in os-virtual-interfaces of that server, and in os-networks.",
    )


def _untold(server: Json) -> NeedsOperator:
    return NeedsOperator(
        f"Server {server['name']} has several interfaces, and its Nova, which is older than "
        "Havana, does not tell which of its MACs is on which network.",
        fix="Update Nova of that cloud to Havana at least, then plan again.",
    )
