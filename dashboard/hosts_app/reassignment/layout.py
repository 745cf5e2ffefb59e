"""Where the networks of an environment go on a host that joins it, by Nailgun's own rule.

A node has every network of its nodegroup, but ``public`` only if its roles or the environment's
settings give it one. Each network goes where the operator wants it, else where it was, else where
a node of the environment has it, else on an interface that is free. Nailgun refuses any other
layout, but only when the host has been erased; so the plan and the removal ask here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from dashboard.clients.fuel.layout import (
    BOND,
    DEFAULT_GROUP,
    networks_of_group,
    places_of,
    slaves_of,
)
from dashboard.clients.fuel.objects import Json, Node
from dashboard.clients.fuel.roles import has_public_network
from dashboard.errors import BadInput
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.reassignment.facts import (
    ADMIN_NETWORK,
    EnvironmentFacts,
    Example,
    ReassignmentFacts,
)

PUBLIC = "public"
CHOSEN, FREE = "as chosen", "no network is on it yet"
OPTION = "Networks on other interfaces"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A network and the interface that gets it; ``why`` is "" if it was there before.

    ``before`` is the interface that had it, "" for none.
    """

    network: str
    interface: str
    before: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class HostLayout:
    """The networks of a host in an environment, and those that it had and no longer has."""

    group: str
    places: Sequence[Place]
    dropped: Mapping[str, str]
    faults: Sequence[Refusal]

    @property
    def by_network(self) -> dict[str, str]:
        """The interface of each network."""
        return {place.network: place.interface for place in self.places}

    @property
    def summary(self) -> str:
        """The interfaces with their networks, in words."""
        faces: dict[str, list[str]] = {}
        for place in sorted(self.places, key=lambda one: (one.interface, one.network)):
            faces.setdefault(place.interface, []).append(place.network)
        return "; ".join(f"{name}: {', '.join(networks)}" for name, networks in faces.items())


def read_places(text: str) -> dict[str, str]:
    """Return the interfaces of networks that an operator has chosen: ``public=eth1, storage=eth3``.

    Raises ``BadInput``.
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    chosen = {network.strip(): interface.strip() for network, _, interface in pairs}
    if not all(network and interface for network, interface in chosen.items()):
        raise BadInput(
            f"{text!r} does not name networks and their interfaces.",
            fix="Use the form public=eth1, storage=eth3.",
        )
    return chosen


def group_of(node: Node | None, groups: Mapping[str, int], side: EnvironmentFacts) -> str:
    """Return the name of the nodegroup that a node gets in another environment.

    ``groups`` are those of its own one. Nailgun takes the group from whose network the node boots,
    else the default one. A group of another rack has the same name in every environment.
    """
    if node is None:
        return DEFAULT_GROUP
    names = side.group_names
    for network in side.networks:
        is_own = network["name"] == ADMIN_NETWORK and network["group_id"] in names
        if is_own and _is_in(node.ip, network.get("cidr")):
            return names[network["group_id"]]
    own = (name for name, group_id in groups.items() if group_id == node.group_id)
    return next(own, DEFAULT_GROUP)


def _is_in(address: str, cidr: str | None) -> bool:
    return bool(address and cidr) and ip_address(address) in ip_network(cidr or "", strict=False)


def layout_in_destination(
    facts: ReassignmentFacts, *, roles: Sequence[str], chosen: Mapping[str, str]
) -> HostLayout:
    """Return the layout that a host gets; ``chosen`` are the interfaces of networks by choice."""
    return lay_out(
        facts.host,
        facts.destination,
        group=group_of(facts.node, facts.source.groups, facts.destination),
        roles=roles,
        interfaces=facts.interfaces,
        chosen=chosen,
        example=facts.example,
    )


def lay_out(
    host: str,
    side: EnvironmentFacts,
    *,
    group: str,
    roles: Sequence[str],
    interfaces: Sequence[Json],
    chosen: Mapping[str, str],
    example: Example | None = None,
) -> HostLayout:
    """Return the layout of a host whose ``interfaces`` are those of its last environment."""
    wanted = networks_for(side, group=group, roles=roles)
    names = [network["name"] for network in wanted]
    before = places_of(interfaces)
    places = _places(names, before, interfaces, chosen, example)
    found = {place.network: place.interface for place in places}
    faults = [
        *_faults_of_environment(side, group),
        *_faults_of_choice(host, side, names, interfaces, chosen),
        *_unplaced(host, side, [name for name in names if name not in found]),
        *_crowded(host, wanted, found, side),
    ]
    return HostLayout(
        group=group,
        places=places,
        dropped={name: face for name, face in before.items() if name not in names},
        faults=faults,
    )


def networks_for(side: EnvironmentFacts, *, group: str, roles: Sequence[str]) -> list[Json]:
    """Return the networks that a node with these roles has in an environment."""
    public = has_public_network(
        roles, side.roles, environment=side.environment, settings=side.settings
    )
    group_id = side.groups.get(group, side.groups.get(DEFAULT_GROUP))
    found = networks_of_group(side.networks, group_id)
    return [network for network in found if public or network["name"] != PUBLIC]


def _places(
    names: Sequence[str],
    before: Mapping[str, str],
    interfaces: Sequence[Json],
    chosen: Mapping[str, str],
    example: Example | None,
) -> list[Place]:
    usable = [one["name"] for one in interfaces if one["name"] not in slaves_of(interfaces)]
    places = [*_known_places(names, before, chosen, example, usable)]
    found = {place.network for place in places}
    used = {place.interface for place in places}
    for name in names:
        free = next((face for face in usable if face not in used), None)
        if name not in found and free is not None:
            places.append(Place(network=name, interface=free, why=FREE))
            used.add(free)
    return places


def _known_places(
    names: Sequence[str],
    before: Mapping[str, str],
    chosen: Mapping[str, str],
    example: Example | None,
    usable: Sequence[str],
) -> Iterator[Place]:
    elsewhere = example.places if example else {}
    for name in names:
        if chosen.get(name) in usable:
            why = "" if chosen[name] == before.get(name) else CHOSEN
            was = before.get(name, "")
            yield Place(network=name, interface=chosen[name], before=was, why=why)
        elif name in before:
            yield Place(network=name, interface=before[name], before=before[name])
        elif example and elsewhere.get(name) in usable:
            yield Place(network=name, interface=elsewhere[name], why=f"as on {example.name}")


def _faults_of_environment(side: EnvironmentFacts, group: str) -> Iterator[Refusal]:
    if side.parameters.get("configuration_template"):
        yield Refusal(
            sentence=f"Environment {side.name} has a network template, by which Fuel lays out its "
            "nodes: Pumphouse cannot tell which networks the host would have.",
            fix="Remove the template in Fuel, or add the host by hand.",
        )
    if side.groups and group not in side.groups:
        yield Refusal(
            sentence=f"Environment {side.name} has no nodegroup {group}, in which the host is.",
            fix="Create it in Fuel with the networks of that rack. "
            f"There are: {', '.join(sorted(side.groups))}.",
        )


def _faults_of_choice(
    host: str,
    side: EnvironmentFacts,
    names: Sequence[str],
    interfaces: Sequence[Json],
    chosen: Mapping[str, str],
) -> Iterator[Refusal]:
    slaves = slaves_of(interfaces)
    faces = [one["name"] for one in interfaces]
    boots = {one["name"] for one in interfaces if _boots(one, interfaces)}
    for network, face in chosen.items() if interfaces else ():
        if network not in names:
            sentence = f"{host} does not get a network {network} in environment {side.name}."
            yield Refusal(sentence=sentence, fix=f"It gets: {', '.join(names)}.")
        elif face not in faces or face in slaves:
            free = ", ".join(one for one in faces if one not in slaves)
            sentence = f"{host} has no interface {face} for the network {network}."
            yield Refusal(sentence=sentence, fix=f"Choose one of {free}.")
        elif network == ADMIN_NETWORK and face not in boots:
            sentence = f"{host} does not boot from {face}, so {network} cannot be on it."
            yield Refusal(sentence=sentence, fix=f"Leave it on {', '.join(sorted(boots))}.")


def _boots(interface: Json, interfaces: Sequence[Json]) -> bool:
    """Return whether an interface boots from the network; a bond does with one of its slaves."""
    if interface["type"] != BOND:
        return bool(interface.get("pxe"))
    slaves = {slave["name"] for slave in interface["slaves"]}
    return any(one.get("pxe") for one in interfaces if one["name"] in slaves)


def _unplaced(host: str, side: EnvironmentFacts, names: Sequence[str]) -> Iterator[Refusal]:
    for name in names:
        yield Refusal(
            sentence=f"No interface of {host} is free for the network {name} of environment "
            f"{side.name}.",
            fix=f"Choose one with the option “{OPTION}”: {name}=eth1, for example.",
        )


def _crowded(
    host: str, wanted: Sequence[Json], places: Mapping[str, str], side: EnvironmentFacts
) -> Iterator[Refusal]:
    """Yield the interfaces with several untagged networks, which Fuel does not deploy."""
    crowded: dict[str, list[str]] = {}
    for network in wanted:
        if network["name"] in places and _is_untagged(network):
            crowded.setdefault(places[network["name"]], []).append(network["name"])
    for face, names in crowded.items():
        if len(names) > 1:
            yield Refusal(
                sentence=f"The networks {' and '.join(names)} of environment {side.name} have no "
                f"VLAN, so they cannot both be on {face} of {host}.",
                fix=f"Put one of them on another interface with the option “{OPTION}”.",
            )


def _is_untagged(network: Json) -> bool:
    """Return whether a network comes to the host without a VLAN, by Nailgun's own check.

    Neutron tags the tenants' network itself; floating addresses of old releases are in another one.
    """
    meta = network.get("meta") or {}
    is_apart = meta.get("neutron_vlan_range") or meta.get("ext_net_data")
    return network.get("vlan_start") is None and not is_apart
