"""The networks of an environment and of its copy, identified by nodegroup and name.

Ids differ between environments. The network that nodes boot from (fuelweb_admin) is the master's;
those of further nodegroups belong to a rack, and so are the same for every environment in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.clients.fuel.layout import DEFAULT_GROUP
from dashboard.clients.fuel.objects import Json
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome

BOOT = "fuelweb_admin"
FIXED_PARAMETERS = ("configuration_template", "net_l23_provider", "segmentation_type")
"""These are set when an environment is created; the template has a request of its own."""


@dataclass(frozen=True, kw_only=True)
class CopiedNetwork:
    """What is copied of a network, as it is in the source or in the copy.

    ``notation`` is cidr where Nailgun derives ``ip_ranges`` from ``cidr``, and ip_ranges where an
    operator chooses them.
    """

    group: str
    name: str
    cidr: str | None
    gateway: str | None
    vlan_start: int | None
    ip_ranges: list[list[str]]
    notation: str | None
    use_gateway: bool

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it in every environment."""
        return self.group, self.name

    @property
    def label(self) -> str:
        """Its name, with the nodegroup unless that is the default one."""
        return self.name if self.group == DEFAULT_GROUP else f"{self.name} of {self.group}"

    @property
    def summary(self) -> str:
        """Its addresses and its VLAN in words."""
        vlan = "" if self.vlan_start is None else f"VLAN {self.vlan_start}"
        return ", ".join(filter(None, [self.cidr, vlan])) or "no addresses of its own"


def networks_of(configuration: Json, groups: Mapping[str, int]) -> list[CopiedNetwork]:
    """Return the networks of an environment, without the master's own."""
    names = {group_id: name for name, group_id in groups.items()}
    return [
        _network(network, names[network["group_id"]])
        for network in configuration["networks"]
        if network.get("group_id") in names
    ]


def _network(network: Json, group: str) -> CopiedNetwork:
    meta = network.get("meta") or {}
    return CopiedNetwork(
        group=group,
        name=network["name"],
        cidr=network.get("cidr"),
        gateway=network.get("gateway"),
        vlan_start=network.get("vlan_start"),
        ip_ranges=[list(ends) for ends in network.get("ip_ranges") or ()],
        notation=meta.get("notation"),
        use_gateway=bool(meta.get("use_gateway")),
    )


def carried_parameters(configuration: Json) -> Json:
    """Return the networking parameters that can be set in another environment."""
    parameters: Json = configuration["networking_parameters"]
    return {key: value for key, value in parameters.items() if key not in FIXED_PARAMETERS}


def changed_configuration(
    current: Json, groups: Mapping[str, int], *, wanted: Iterable[CopiedNetwork], parameters: Json
) -> Json:
    """Return the configuration to send for the copy, whose current one is ``current``.

    Nailgun replaces all of it, so all of it is sent, but no parameters that the copy's release
    does not have.
    """
    by_key = {network.key: network for network in wanted}
    names = {group_id: name for name, group_id in groups.items()}
    networks = [
        _changed(network, by_key.get((names.get(network["group_id"], ""), network["name"])))
        for network in current["networks"]
    ]
    theirs = current["networking_parameters"]
    known = {key: value for key, value in parameters.items() if key in theirs}
    return {"networks": networks, "networking_parameters": {**theirs, **known}}


def _changed(network: Json, wanted: CopiedNetwork | None) -> Json:
    """Return a network of the copy with the wanted values, as Nailgun accepts them.

    With the notation cidr it rejects new ``ip_ranges`` unless the cidr is new too, and it rejects
    a gateway where none is used.
    """
    if wanted is None:
        return network
    changed = {**network, "vlan_start": wanted.vlan_start}
    meta = network.get("meta") or {}
    changed["meta"] = {**meta, "notation": wanted.notation, "use_gateway": wanted.use_gateway}
    if wanted.cidr is not None:
        changed["cidr"] = wanted.cidr
    if wanted.notation != "cidr" or wanted.cidr != network.get("cidr"):
        changed["ip_ranges"] = wanted.ip_ranges
    if wanted.use_gateway:
        changed["gateway"] = wanted.gateway
    return changed


def missing_networks(
    configuration: Json, groups: Mapping[str, int], wanted: Iterable[CopiedNetwork]
) -> list[str]:
    """Return in words the wanted networks that an environment does not have."""
    there = {network.key for network in networks_of(configuration, groups)}
    return [
        f"{network.name} of nodegroup {network.group}"
        for network in wanted
        if network.key not in there
    ]


def differing_networks(
    configuration: Json,
    groups: Mapping[str, int],
    *,
    wanted: Iterable[CopiedNetwork],
    parameters: Json,
) -> list[str]:
    """Return the names of networks and parameters of an environment that are not as wanted.

    Unused gateways, and ranges with the notation cidr, are chosen by Nailgun and not compared.
    """
    there = {network.key: network for network in networks_of(configuration, groups)}
    different = [
        network.name
        for network in wanted
        if _comparable(there.get(network.key)) != _comparable(network)
    ]
    theirs = configuration["networking_parameters"]
    return different + [
        key for key in parameters if key in theirs and theirs[key] != parameters[key]
    ]


def _comparable(network: CopiedNetwork | None) -> CopiedNetwork | None:
    if network is None:
        return None
    gateway = network.gateway if network.use_gateway else None
    ranges = [] if network.notation == "cidr" else network.ip_ranges
    return replace(network, gateway=gateway, ip_ranges=ranges)


def network_lines(
    source: Iterable[CopiedNetwork],
    copied: Iterable[CopiedNetwork],
    parameters: tuple[Json, Json],
    *,
    release: str,
) -> list[CopyLine]:
    """Return a line for each network and parameter; ``parameters`` are those now and then."""
    then = {network.key: network for network in copied}
    lines = [_network_line(network, then.get(network.key), release) for network in source]
    return lines + [
        _parameter_line(key, value, parameters[1][key]) for key, value in parameters[0].items()
    ]


def _network_line(now: CopiedNetwork, then: CopiedNetwork | None, release: str) -> CopyLine:
    outcome, why = CopyOutcome.CARRIED, ""
    if then is None:
        outcome, why = CopyOutcome.LOST, f"{release} does not create it; create it in Fuel"
    elif then != now:
        outcome, why = CopyOutcome.CHANGED, "renumbered"
    return CopyLine(
        subject="Network",
        name=now.label,
        now=now.summary,
        then=then.summary if then else "",
        outcome=outcome,
        why=why,
    )


def _parameter_line(key: str, now: Any, then: Any) -> CopyLine:
    return CopyLine(
        subject="Parameter",
        name=key,
        now=_in_words(now),
        then=_in_words(then),
        outcome=CopyOutcome.CARRIED if now == then else CopyOutcome.CHANGED,
        why="" if now == then else "renumbered",
    )


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        is_range = len(value) == 2 and all(isinstance(end, int) for end in value)
        return " to ".join(map(str, value)) if is_range else ", ".join(map(_span, value))
    return "" if value is None else str(value)


def _span(value: Any) -> str:
    return " to ".join(map(str, value)) if isinstance(value, list) else str(value)
