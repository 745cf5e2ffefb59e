"""The room of a cloud as it is taken by one tenant after the other. Pure.

First fit, the largest server first: simple on purpose, since the scheduler decides in the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dashboard.campaigns.simulation.needs import Needs, Resources
from dashboard.campaigns.simulation.places import is_place

RAM, VCPU, PCPU, DISK = "MEMORY_MB", "VCPU", "PCPU", "DISK_GB"
ENOUGH = 1 << 40


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What a tenant lacks. ``server`` is one that fits on no host, None if hosts would not help.

    ``is_lasting`` is whether less room changes nothing about it. Else another server may be the one
    that fits on no host then.
    """

    words: str
    server: Resources | None = None
    is_lasting: bool = True


@dataclass(kw_only=True)
class CloudRoom:
    """What is free: of each host by resource class, GiB by volume type, addresses.

    None stands for what nobody knows or limits; ``gib[""]`` is of types that are not named.
    """

    hosts: dict[str, dict[str, int]]
    gib: dict[str, int | None] = field(default_factory=dict)
    addresses: int | None = None

    def __post_init__(self) -> None:
        self._classes = {name for free in self.hosts.values() for name in free}

    def add_host(self, name: str, free: Resources) -> None:
        """Add a host that has come from the other cloud.

        It has enough of what nobody has said of it, as of disk space, and is in no zone or
        aggregate yet.
        """
        unsaid = {each for each in self._classes - free.keys() if not is_place(each)}
        self.hosts[name] = {**dict.fromkeys(unsaid, ENOUGH), **free}
        self._classes |= free.keys()

    def take(self, needs: Needs) -> Missing | None:
        """Take the room of a tenant, or nothing; return what is missing then."""
        missing = self._lacks_storage(needs)
        if missing is None:
            placed = self.place(needs.servers)
            missing = placed if isinstance(placed, Missing) else None
        if missing is None:
            for type_, size in needs.gib.items():
                key, free = self._pool(type_)
                if free is not None:
                    self.gib[key] = free - size
            if self.addresses is not None:
                self.addresses -= needs.addresses
        return missing

    def _pool(self, type_: str) -> tuple[str, int | None]:
        key = type_ if type_ in self.gib else ""
        return key, self.gib.get(key)

    def _lacks_storage(self, needs: Needs) -> Missing | None:
        wanted: dict[str, int] = {}
        for type_, size in needs.gib.items():
            key, _ = self._pool(type_)
            wanted[key] = wanted.get(key, 0) + size
        for key, size in wanted.items():
            free = self.gib.get(key)
            if free is not None and size > free:
                of_type = f" of type {key}" if key else ""
                return Missing(words=f"{size} GiB of volumes{of_type} are needed, {free} are free")
        if self.addresses is not None and needs.addresses > self.addresses:
            words = f"{needs.addresses} public addresses are needed, {self.addresses} are free"
            return Missing(words=words)
        return None

    def place(self, servers: Iterable[Resources]) -> list[tuple[str, Resources]] | Missing:
        """Place all servers, and return the host of each, or none, and return what is missing."""
        placed: list[tuple[str, Resources]] = []
        largest_first = sorted(servers, key=lambda each: each.get(RAM, 0), reverse=True)
        for server in largest_first:
            need = self._counted(server)
            host = next((name for name, free in self.hosts.items() if fits(need, free)), None)
            if host is None:
                for name, given in placed:
                    _add(self.hosts[name], self._counted(given), 1)
                there = [name for name in need if is_place(name)]
                return _no_host(server, there, is_lasting=not placed)
            _add(self.hosts[host], need, -1)
            placed.append((host, server))
        return placed

    def _counted(self, server: Resources) -> dict[str, int]:
        """Return what is counted of a server: no class that no host reports, as disks on shared
        storage. Dedicated CPUs are then CPUs like others."""
        if PCPU in server and PCPU not in self._classes:
            server = {**server, VCPU: server.get(VCPU, 0) + server[PCPU]}
        return {name: size for name, size in server.items() if name in self._classes and size}


def fits(need: Resources, free: Resources) -> bool:
    """Return whether a host has what a server needs."""
    for name, size in need.items():  # noqa: SIM110 - a generator costs three times as much
        if free.get(name, 0) < size:
            return False
    return True


def _add(free: dict[str, int], given: Resources, sign: int) -> None:
    for name, size in given.items():
        free[name] = free.get(name, 0) + sign * size


def _no_host(server: Resources, places: Sequence[str], *, is_lasting: bool) -> Missing:
    """Return that no host has room. One that comes helps only a server that may be anywhere."""
    sizes = ", ".join(
        f"{size} {name}" for name, size in server.items() if size and not is_place(name)
    )
    there = f" in {' and '.join(places)}" if places else ""
    words = f"No host of the destination{there} has room for a server with {sizes}"
    return Missing(words=words, server=None if places else server, is_lasting=is_lasting)
