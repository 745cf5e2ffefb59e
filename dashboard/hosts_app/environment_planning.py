"""Reads an environment in Fuel and says what a copy of it would be like."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network
from typing import Any

from dashboard.clients.fuel import FuelMaster
from dashboard.clients.fuel_objects import Environment, Json, Node, Release
from dashboard.errors import BadInput
from dashboard.hosts_app.deed import Refusal
from dashboard.hosts_app.environment_lines import CopyLine, Fate
from dashboard.hosts_app.environment_networks import (
    CopiedNetwork,
    carried_parameters,
    network_lines,
    networks_of,
)
from dashboard.hosts_app.environment_numbering import (
    Numbering,
    Taken,
    overlaps,
    read_base,
    renumbered,
)
from dashboard.hosts_app.environment_plugins import plugin_lines
from dashboard.hosts_app.environment_settings import Target, setting_lines
from dashboard.hosts_app.fuel_releases import AVAILABLE, is_older

DEFAULT_GROUP = "default"
NO_NOVA_NETWORK = "nova-7.0"
"""Releases from this one on have no nova-network."""
TLS = "public_ssl"


@dataclass(frozen=True, kw_only=True)
class CopyOptions:
    """What an operator chooses: a release (None for the source's), and other ranges.

    ``cidr_base`` is the range that the copy's networks come from ("" for the blocks behind their
    own), ``vlan_offset`` what is added to its VLANs (0 for the first hundred that is free).
    """

    release: int | None = None
    renumber: bool = False
    cidr_base: str = ""
    vlan_offset: int = 0

    @property
    def base(self) -> IPv4Network | None:
        """The range for the networks. Raises ``BadInput`` when it cannot be read."""
        return read_base(self.cidr_base)

    @property
    def is_renumbered(self) -> bool:
        """Whether anything is to be renumbered: naming a range or a number says so too."""
        return self.renumber or bool(self.cidr_base or self.vlan_offset)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the job carries, and makes of it: names of settings and plugins, never their values."""

    release_id: int
    segmentation: str
    groups: list[str]
    settings: list[str]
    plugins: list[str]
    networks: list[CopiedNetwork]
    parameters: Json

    @classmethod
    def of(cls, stored: Json) -> "Content":
        """Read it from a plan's row."""
        networks = [CopiedNetwork(**network) for network in stored["networks"]]
        return cls(**{**stored, "networks": networks})


@dataclass(frozen=True, kw_only=True)
class CopyDraft:
    """What a plan says, and what its job needs."""

    lines: Sequence[CopyLine]
    refusals: Sequence[Refusal]
    notes: Sequence[str]
    content: Json


@dataclass(frozen=True, kw_only=True)
class Source:
    """An environment as it is in Fuel; its settings hold passwords."""

    environment: Environment
    settings: Json
    configuration: Json
    groups: dict[str, int]
    nodes: list[Node]

    @property
    def networks(self) -> list[CopiedNetwork]:
        """Its networks, without the master's."""
        return networks_of(self.configuration, self.groups)

    @property
    def numbering(self) -> Numbering:
        """Its ranges and VLANs."""
        return Numbering(
            networks=self.networks,
            parameters=carried_parameters(self.configuration),
            segmentation=self.segmentation,
        )

    @property
    def segmentation(self) -> str:
        """How tenants' networks are told apart: vlan, tun or gre; "" with nova-network."""
        parameters = self.configuration["networking_parameters"]
        return str(parameters.get("segmentation_type") or "")


def read_source(fuel: FuelMaster, environment: Environment) -> Source:
    """Ask Fuel for all that can be carried of an environment."""
    return Source(
        environment=environment,
        settings=fuel.settings(environment.id)["editable"],
        configuration=fuel.network_configuration(environment.id),
        groups=fuel.nodegroups(environment.id),
        nodes=fuel.nodes(environment.id),
    )


def draft_copy(
    fuel: FuelMaster, environment: Environment, *, name: str, options: CopyOptions
) -> CopyDraft:
    """Say what a copy of an environment would be like, without changing anything in Fuel.

    Raises ``BadInput`` for a release that there is not, and when there is no room to renumber.
    """
    environments = fuel.environments()
    source = read_source(fuel, environment)
    own = _release(fuel.releases(), environment.release_id)
    chosen = _release(fuel.releases(), options.release or own.id)
    target = Target(
        release=chosen, settings=fuel.release_settings(chosen.id), is_same=chosen.id == own.id
    )
    known = fuel.release_networks(chosen.id, provider=environment.net_provider)
    others = [taken for one in environments for taken in _taken(fuel, one)]
    numbering = _numbering(source, known, others, options)
    lines = [
        _release_line(own, chosen),
        *_group_lines(source),
        *network_lines(
            source.networks,
            numbering.networks,
            (source.numbering.parameters, numbering.parameters),
            release=chosen.name,
        ),
        *plugin_lines(source.settings, fuel.plugins(), chosen),
        *setting_lines(source.settings, target),
        *_vip_lines(source),
    ]
    return CopyDraft(
        lines=lines,
        refusals=_refusals(source, own, chosen, name, [one.name for one in environments]),
        notes=_notes(source, numbering, others, name=name),
        content=asdict(_content(source, chosen, numbering, lines)),
    )


def _release(releases: Sequence[Release], release_id: int) -> Release:
    for release in releases:
        if release.id == release_id:
            return release
    known = ", ".join(f"{one.id} ({one.name})" for one in releases if one.state == AVAILABLE)
    raise BadInput(f"Fuel has no release {release_id}.", fix=f"It has: {known}.")


def _taken(fuel: FuelMaster, environment: Environment) -> list[Taken]:
    """Give the ranges and VLANs of an environment that is there."""
    configuration = fuel.network_configuration(environment.id)
    parameters = configuration["networking_parameters"]
    numbering = Numbering(
        networks=networks_of(configuration, fuel.nodegroups(environment.id)),
        parameters=parameters,
        segmentation=str(parameters.get("segmentation_type") or ""),
    )
    return numbering.taken(environment.name)


def _numbering(
    source: Source, known: set[str], others: Sequence[Taken], options: CopyOptions
) -> Numbering:
    # Each further nodegroup has a network to boot from, of which a release says nothing.
    networks = [
        network
        for network in source.networks
        if network.name in known or network.group != DEFAULT_GROUP
    ]
    copy = Numbering(
        networks=networks,
        parameters=source.numbering.parameters,
        segmentation=source.segmentation,
    )
    if not options.is_renumbered:
        return copy
    return renumbered(copy, others, base=options.base, vlan_offset=options.vlan_offset)


def _content(
    source: Source, release: Release, numbering: Numbering, lines: Sequence[CopyLine]
) -> Content:
    carried: dict[str, list[str]] = {"Setting": [], "Plugin": []}
    for line in lines:
        if line.fate == Fate.CARRIED and line.subject in carried:
            carried[line.subject].append(line.name)
    return Content(
        release_id=release.id,
        segmentation=source.segmentation,
        groups=_further_groups(source),
        settings=carried["Setting"],
        plugins=carried["Plugin"],
        networks=numbering.networks,
        parameters=numbering.parameters,
    )


def _further_groups(source: Source) -> list[str]:
    return [group for group in source.groups if group != DEFAULT_GROUP]


def _release_line(own: Release, chosen: Release) -> CopyLine:
    fate = Fate.CARRIED if own.id == chosen.id else Fate.CHANGED
    return CopyLine(
        subject="Release", name="of Fuel", now=own.name, then=chosen.name, fate=fate, why=""
    )


def _group_lines(source: Source) -> list[CopyLine]:
    return [
        CopyLine(subject="Nodegroup", name=group, now=group, then=group, fate=Fate.CARRIED)
        for group in source.groups
    ]


def _vip_lines(source: Source) -> list[CopyLine]:
    """Name what has to be set by hand in the copy: addresses that were chosen, a template."""
    by_hand = [
        _lost("Virtual address", name, vip["ipaddr"])
        for name, vip in (source.configuration.get("vips") or {}).items()
        if vip.get("is_user_defined")
    ]
    if source.configuration["networking_parameters"].get("configuration_template"):
        by_hand.append(_lost("Parameter", "configuration_template", "a network template"))
    return by_hand


def _lost(subject: str, name: str, now: str) -> CopyLine:
    why = "it was set by hand; set it in Fuel"
    return CopyLine(subject=subject, name=name, now=now, then="", fate=Fate.LOST, why=why)


def _refusals(
    source: Source, own: Release, chosen: Release, name: str, taken: Sequence[str]
) -> list[Refusal]:
    checks: list[tuple[bool, str, str]] = [
        (
            name in taken,
            f"Fuel has an environment {name} already.",
            "Choose another name.",
        ),
        (
            chosen.state != AVAILABLE,
            f"Fuel cannot deploy {chosen.name}: it is {chosen.state}.",
            "Choose another release, or upload it to Fuel.",
        ),
        (
            is_older(chosen.version, own.version),
            f"{chosen.name} is older than {own.name}, the source's release.",
            "Choose the source's release or a newer one.",
        ),
        (
            source.environment.net_provider == "nova_network"
            and not is_older(chosen.version, NO_NOVA_NETWORK),
            f"{chosen.name} has no nova-network, which the source uses.",
            "Choose an older release, or make an environment with Neutron in Fuel.",
        ),
    ]
    return [Refusal(sentence=sentence, fix=fix) for stands, sentence, fix in checks if stands]


def _notes(
    source: Source, numbering: Numbering, others: Sequence[Taken], *, name: str
) -> list[str]:
    found = overlaps(numbering.taken(name), others)
    notes = [f"{sentence} Deploy only one of them, or renumber the copy." for sentence in found]
    now = {network.key: network for network in source.networks}
    notes += [
        f"The gateway {network.gateway} of network {network.name} has to be there before "
        f"{name} is deployed."
        for network in numbering.networks
        if network.use_gateway and network.gateway != now[network.key].gateway
    ]
    return [*notes, *_note_of_tls(source), *_note_of_nodes(source, name)]


def _note_of_tls(source: Source) -> list[str]:
    tls: dict[str, Any] = source.settings.get(TLS, {})
    is_used = any((tls.get(key) or {}).get("value") for key in ("services", "horizon"))
    if not is_used:
        return []
    return [
        f"The copy gets the same host name for TLS, {tls['hostname']['value']}: change it in Fuel "
        "before the copy is deployed."
    ]


def _note_of_nodes(source: Source, name: str) -> list[str]:
    """Tell how the source is laid out: nodes themselves are not copied."""
    counted = Counter(_layout(node) for node in source.nodes)
    if not counted:
        return []
    layout = "; ".join(f"{count} with {kind}" for kind, count in sorted(counted.items()))
    return [
        f"Nodes are not copied: add them to {name} in Fuel. Of {source.environment.name} there are "
        f"{layout}."
    ]


def _layout(node: Node) -> str:
    roles = ", ".join(sorted(node.roles or node.pending_roles)) or "no role"
    labels = ", ".join(f"{key}={value}" for key, value in (node.data.get("labels") or {}).items())
    return f"{roles} (labels {labels})" if labels else roles
