"""The hosts as machines: ``inventory.yaml`` of the Pumphouse of 2015, with BMCs, MACs and switches.

All keys of 2015 have their old names and nesting. What is new stands below ``pumphouse``, at the
top for all hosts or in one host for that host alone.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.clients.ipmi import IPMI_PORT, Bmc
from dashboard.clients.yaml_sections import Section, read_section
from dashboard.errors import BadInput, NotFound
from dashboard.secrets import register
from dashboard.whole_numbers import whole_number

TOP_KEYS = {"ipmi", "hosts", "pumphouse"}
HOST_KEYS = {"gw", "ns", "ipmi", "notes", "interfaces", "pumphouse"}
INTERFACE_KEYS = {"ip", "hwaddr", "vlan", "tags"}
IPMI_KEYS = {"auth", "host", "port", "uefi"}
COMMON_KEYS = {"admin_vlan", "switch_hook", "switches"}
OWN_KEYS = {"ipmi", "admin_vlan", "switch_hook", "switch"}
SWITCH_SECRETS = ("password", "secret", "passphrase")
# as they are written: a password of digits is no number
SWITCH_TEXTS = {"host", "username", *SWITCH_SECRETS}
PORT_COMMANDS = ("interface {port}", "switchport access vlan {vlan}")
DHCP = "DHCP"
LAST_VLAN = 4094
# IPMI 2.0 has no room for more; a longer password could only be refused as a wrong one.
LONGEST_USER, LONGEST_PASSWORD = 16, 20
_separator = re.compile(r"[-:.]")
_mac_digits = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Interface:
    """A network interface. ``addresses`` is empty with ``dhcp``, or where there is none."""

    name: str
    mac: str | None = None
    addresses: tuple[str, ...] = ()
    dhcp: bool = False
    vlans: tuple[int, ...] = ()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class SwitchPort:
    """The port of a switch that a host is plugged into.

    ``device`` is what netmiko's ConnectHandler takes; ``commands`` have places for {port} and
    {vlan}. The repr shows no password.
    """

    port: str
    device: Mapping[str, Any] = field(repr=False)
    commands: tuple[str, ...] = PORT_COMMANDS


@dataclass(frozen=True, kw_only=True)
class InventoryHost:
    """One machine. ``switch_hook`` is a command line that gets host, MAC and VLAN at its end."""

    name: str
    bmc: Bmc | None = None
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    notes: frozenset[str] = frozenset()
    admin_vlan: int | None = None
    switch_hook: tuple[str, ...] = ()
    switch_port: SwitchPort | None = None

    @property
    def macs(self) -> frozenset[str]:
        """The MAC addresses of all its interfaces, in lower case with colons."""
        return frozenset(found.mac for found in self.interfaces.values() if found.mac)


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All machines of a file, in its order."""

    path: Path
    hosts: tuple[InventoryHost, ...]

    def host_named(self, name: str) -> InventoryHost:
        """Return the host of that name, in upper or lower case, with its domain or without.

        Raises NotFound when there is none, BadInput when the name fits several.
        """
        wanted = name.lower()
        exact = [host for host in self.hosts if host.name.lower() == wanted]
        found = exact or [host for host in self.hosts if _same_short_name(host.name, wanted)]
        if not found:
            raise NotFound(
                f"{self.path} has no host {name}.",
                fix=f"Write {name}: with its ipmi: and interfaces: below hosts: there.",
            )
        return self._only(found, what=name)

    def host_with_macs(self, macs: Iterable[str]) -> InventoryHost | None:
        """Return the host that has any of these MAC addresses, or None.

        For nodes that change their names: after Fuel has found a machine again only its MACs are
        as before. Raises BadInput when the addresses are of several hosts.
        """
        wanted = {mac for text in macs if (mac := normalized_mac(text))}
        found = [host for host in self.hosts if host.macs & wanted]
        return self._only(found, what=", ".join(sorted(wanted))) if found else None

    def bmc_of(self, name: str) -> Bmc:
        """Return the BMC of a host. Raises NotFound when the file has none, or no such host."""
        host = self.host_named(name)
        if host.bmc is None:
            raise NotFound(
                f"{self.path} has no BMC for host {host.name}.",
                fix=f"Write ipmi: with host: and auth: below hosts: {host.name}: there.",
            )
        return host.bmc

    def _only(self, found: list[InventoryHost], *, what: str) -> InventoryHost:
        if len(found) > 1:
            names = ", ".join(host.name for host in found)
            raise BadInput(
                f"{self.path}: {what} fits several hosts: {names}.",
                fix="Name one of them in full, or correct the file.",
            )
        return found[0]


def read_inventory(path: Path) -> Inventory:
    """Read a file; its secrets are registered for masking.

    Raises BadInput with file, line and key path for the first thing that is wrong.
    """
    root = read_section(path)
    # Anchors of any name stand at the top, so that only near misses are surely mistakes.
    root.refuse_misspelt(TOP_KEYS)
    reader = _Reader(root)
    hosts = root.section("hosts")
    read = tuple(reader.host(name, hosts.section(name)) for name in hosts)
    _refuse_shared_macs(hosts, read)
    return Inventory(path=path, hosts=read)


def normalized_mac(text: str) -> str | None:
    """Return a MAC address in lower case with colons, or None for what is not one."""
    digits = _separator.sub("", text.strip().lower())
    if not _mac_digits.fullmatch(digits):
        return None
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


class _Reader:
    """Reads hosts, with what the rest of the file says for all of them."""

    def __init__(self, root: Section) -> None:
        self.controllers = root.optional_section("ipmi")
        self.common = root.optional_section("pumphouse")
        if self.common:
            self.common.only(COMMON_KEYS)

    def host(self, name: str, section: Section) -> InventoryHost:
        section.only(HOST_KEYS)
        own = section.optional_section("pumphouse")
        if own:
            own.only(OWN_KEYS)
        port = self._switch_port(own.optional_section("switch") if own else None)
        return InventoryHost(
            name=name,
            bmc=self._bmc(name, section, own),
            interfaces={found.name: found for found in _interfaces(section)},
            notes=frozenset(_texts(section, "notes")),
            admin_vlan=self._vlan(own),
            # what stands at the host itself goes before what is for all of them
            switch_hook=_command(own) or (() if port else _command(self.common)),
            switch_port=port,
        )

    def _bmc(self, name: str, section: Section, own: Section | None) -> Bmc | None:
        """Read a BMC: the host's own keys count before those that ``ipmi`` names or holds."""
        found = (own.optional_section("ipmi") if own else None, self._controller(section))
        layers = [layer for layer in found if layer]
        if not layers:
            return None
        for layer in layers:
            layer.only(IPMI_KEYS)
        logins = [login for layer in layers if (login := layer.optional_section("auth"))]
        if not logins:
            raise layers[-1].fault("The key auth is missing.", fix="Write auth: with user: there.")
        for login in logins:
            login.only({"user", "password"})
        having_port, having_uefi = _first_with("port", layers), _first_with("uefi", layers)
        return Bmc(
            name=name,
            address=_first_with("host", layers).text("host"),
            port=having_port.number("port", default=IPMI_PORT, least=1),
            user=_limited(_first_with("user", logins), "user", LONGEST_USER),
            password=_password(_first_with("password", logins)),
            uefi=having_uefi.boolean("uefi", default=False),
        )

    def _controller(self, section: Section) -> Section | None:
        """Return what ``ipmi`` of a host stands for: a name below ``ipmi``, or keys of its own.

        The sample of 2015 repeats the keys by an alias, which reads as keys of its own.
        """
        if "ipmi" not in section or isinstance(section.plain()["ipmi"], Mapping):
            return section.optional_section("ipmi")
        name = section.text("ipmi")
        if self.controllers is None or name not in self.controllers:
            raise section.fault(f"There is no {name} below ipmi.", key="ipmi")
        return self.controllers.section(name)

    def _vlan(self, own: Section | None) -> int | None:
        for section in (own, self.common):
            if section and "admin_vlan" in section:
                return _vlan_of(section, section.text("admin_vlan"), key="admin_vlan")
        return None

    def _switch_port(self, section: Section | None) -> SwitchPort | None:
        if section is None:
            return None
        section.only({"device", "port"})
        name = section.text("device")
        switches = self.common.optional_section("switches") if self.common else None
        if switches is None or name not in switches:
            raise section.fault(f"There is no {name} below pumphouse.switches.", key="device")
        device = switches.section(name)
        for key in ("device_type", "host"):
            device.text(key)
        for key in SWITCH_SECRETS:
            register(device.optional_text(key))
        return SwitchPort(
            port=section.text("port"), device=_device(device), commands=_port_commands(device)
        )


def _interfaces(section: Section) -> Iterator[Interface]:
    interfaces = section.optional_section("interfaces")
    for name in interfaces or ():
        interface = interfaces.optional_section(name) if interfaces else None
        yield _interface(name, interface) if interface else Interface(name=name)


def _interface(name: str, section: Section) -> Interface:
    section.only(INTERFACE_KEYS)
    addresses = _texts(section, "ip")
    text = section.optional_text("hwaddr")
    if text and not normalized_mac(text):
        raise section.fault("Expected a MAC address, as 00:25:90:e7:46:d0.", key="hwaddr")
    return Interface(
        name=name,
        mac=normalized_mac(text) if text else None,
        addresses=tuple(address for address in addresses if address.upper() != DHCP),
        dhcp=any(address.upper() == DHCP for address in addresses),
        vlans=tuple(_vlan_of(section, vlan, key="vlan") for vlan in _texts(section, "vlan")),
        tags=frozenset(_texts(section, "tags")),
    )


def _texts(section: Section, key: str) -> tuple[str, ...]:
    """Return a list of plain values as text."""
    values = section.plain_list(key)
    if any(isinstance(value, Mapping | list) for value in values):
        raise section.fault("Expected a list of single values.", key=key)
    return tuple(str(value) for value in values)


def _command(section: Section | None) -> tuple[str, ...]:
    if section is None or "switch_hook" not in section:
        return ()
    try:
        return tuple(shlex.split(section.text("switch_hook")))
    except ValueError:
        raise section.fault("A quotation mark is not closed.", key="switch_hook") from None


def _device(section: Section) -> dict[str, Any]:
    plain = {key: value for key, value in section.plain().items() if key != "commands"}
    return plain | {key: section.text(key) for key in section if key in SWITCH_TEXTS}


def _port_commands(section: Section) -> tuple[str, ...]:
    commands = _texts(section, "commands") or PORT_COMMANDS
    try:
        for command in commands:
            command.format(port="", vlan=0)
    except (LookupError, ValueError):
        raise section.fault(
            "Only {port} and {vlan} have a meaning in a command.",
            key="commands",
            fix="Double every other brace: {{ and }}.",
        ) from None
    return commands


def _password(section: Section) -> str:
    password = section.text("password")
    register(password)
    return _limited(section, "password", LONGEST_PASSWORD)


def _limited(section: Section, key: str, longest: int) -> str:
    text = section.text(key)
    if len(text.encode()) > longest:
        raise section.fault(f"IPMI allows at most {longest} bytes here.", key=key)
    return text


def _vlan_of(section: Section, text: str, *, key: str) -> int:
    vlan = whole_number(text)
    if vlan is None or vlan > LAST_VLAN:
        raise section.fault(f"Expected a VLAN from 0 to {LAST_VLAN}.", key=key)
    return vlan


def _first_with(key: str, layers: list[Section]) -> Section:
    """Return the first layer that has the key; the last of all where it must be missing."""
    return next((layer for layer in layers if key in layer), layers[-1])


def _same_short_name(first: str, second: str) -> bool:
    """Return whether one of the two is the other without its domain."""
    names = (first.lower(), second)
    shorts = {name.partition(".")[0] for name in names}
    return len(shorts) == 1 and any("." not in name for name in names)


def _refuse_shared_macs(section: Section, hosts: Iterable[InventoryHost]) -> None:
    owners: dict[str, str] = {}
    for host in hosts:
        for mac in host.macs:
            if mac in owners:
                raise section.fault(
                    f"{owners[mac]} and {host.name} have the same MAC address {mac}.",
                    key=host.name,
                )
            owners[mac] = host.name
