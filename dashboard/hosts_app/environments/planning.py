"""Reads an environment in Fuel and plans a copy of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network

from dashboard.clients.fuel.layout import DEFAULT_GROUP
from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment, Json, Release
from dashboard.errors import BadInput
from dashboard.hosts_app.environments.cautions import notes_on, refusals_for
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.hosts_app.environments.networks import (
    CopiedNetwork,
    network_lines,
    networks_of,
)
from dashboard.hosts_app.environments.numbering import (
    Numbering,
    Taken,
    kept_ranges,
    read_base,
    renumbered,
)
from dashboard.hosts_app.environments.plugins import plugin_lines
from dashboard.hosts_app.environments.settings import Target, setting_lines
from dashboard.hosts_app.environments.source import Source, read_source
from dashboard.hosts_app.fuel.releases import AVAILABLE
from dashboard.hosts_app.plans.lines import PlanDraft


@dataclass(frozen=True, kw_only=True)
class CopyOptions:
    """What an operator chooses: a release (None for the source's), and other ranges.

    ``cidr_base`` is the range for the copy's networks ("" for the blocks after their own),
    ``vlan_offset`` is added to its VLANs (0 for the first hundred that is free).
    """

    release: int | None = None
    renumber: bool = False
    cidr_base: str = ""
    vlan_offset: int = 0

    @property
    def base(self) -> IPv4Network | None:
        """The range for the networks. Raises ``BadInput`` if it is not valid."""
        return read_base(self.cidr_base)

    @property
    def is_renumbered(self) -> bool:
        """Whether to renumber, which giving a range or an offset implies."""
        return self.renumber or bool(self.cidr_base or self.vlan_offset)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the job copies and creates: names of settings and plugins, never their values."""

    release_id: int
    segmentation: str
    groups: list[str]
    settings: list[str]
    plugins: list[str]
    networks: list[CopiedNetwork]
    parameters: Json

    @classmethod
    def of(cls, stored: Json) -> "Content":
        """Return the content that a plan's row stores."""
        networks = [CopiedNetwork(**network) for network in stored["networks"]]
        return cls(**{**stored, "networks": networks})


def draft_copy(
    fuel: FuelMaster, environment: Environment, *, name: str, options: CopyOptions
) -> PlanDraft:
    """Plan a copy of an environment; changes nothing in Fuel.

    Raises ``BadInput`` for an unknown release, and if there is no room to renumber.
    """
    environments = fuel.environments()
    source, releases = read_source(fuel, environment), fuel.releases()
    own = _release(releases, environment.release_id)
    chosen = _release(releases, options.release or own.id)
    known = fuel.release_networks(chosen.id, provider=environment.net_provider)
    groups = fuel.all_nodegroups()
    others = [taken for one in environments for taken in _taken(fuel, one, groups[one.id])]
    numbering = _numbering(source, known, others, options)
    lines = [_release_line(own, chosen), *_lines(fuel, source, chosen, numbering)]
    return PlanDraft(
        lines=lines,
        refusals=refusals_for(
            source, (own, chosen), name=name, taken=[one.name for one in environments]
        ),
        notes=notes_on(source, numbering, others, name=name),
        content=asdict(_content(source, chosen, numbering, lines)),
    )


def _lines(
    fuel: FuelMaster, source: Source, release: Release, numbering: Numbering
) -> list[CopyLine]:
    target = Target(
        release=release,
        settings=fuel.release_settings(release.id),
        is_same=release.id == source.environment.release_id,
    )
    parameters = source.numbering.parameters, numbering.parameters
    return [
        *_group_lines(source),
        *network_lines(source.networks, numbering.networks, parameters, release=release.name),
        *plugin_lines(source.settings, fuel.plugins(), release),
        *setting_lines(source.settings, target),
        *_manual_lines(source),
    ]


def _release(releases: Sequence[Release], release_id: int) -> Release:
    for release in releases:
        if release.id == release_id:
            return release
    known = ", ".join(f"{one.id} ({one.name})" for one in releases if one.state == AVAILABLE)
    raise BadInput(f"Fuel has no release {release_id}.", fix=f"It has: {known}.")


def _taken(fuel: FuelMaster, environment: Environment, groups: Mapping[str, int]) -> list[Taken]:
    """Return the ranges and VLANs of an existing environment; ``groups`` are its nodegroups."""
    configuration = fuel.network_configuration(environment.id)
    parameters = configuration["networking_parameters"]
    numbering = Numbering(
        networks=networks_of(configuration, groups),
        parameters=parameters,
        segmentation=str(parameters.get("segmentation_type") or ""),
    )
    return numbering.taken(environment.name)


def _numbering(
    source: Source, known: set[str], others: Sequence[Taken], options: CopyOptions
) -> Numbering:
    # Each further nodegroup has its own boot network, which no release lists.
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
    return renumbered(
        copy,
        others,
        base=options.base,
        vlan_offset=options.vlan_offset,
        kept=kept_ranges(source.configuration),
    )


def _content(
    source: Source, release: Release, numbering: Numbering, lines: Sequence[CopyLine]
) -> Content:
    carried: dict[str, list[str]] = {"Setting": [], "Plugin": []}
    for line in lines:
        if line.outcome == CopyOutcome.CARRIED and line.subject in carried:
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
    outcome = CopyOutcome.CARRIED if own.id == chosen.id else CopyOutcome.CHANGED
    return CopyLine(
        subject="Release",
        name="of the environment",
        now=own.name,
        then=chosen.name,
        outcome=outcome,
    )


def _group_lines(source: Source) -> list[CopyLine]:
    return [
        CopyLine(
            subject="Nodegroup", name=group, now=group, then=group, outcome=CopyOutcome.CARRIED
        )
        for group in source.groups
    ]


def _manual_lines(source: Source) -> list[CopyLine]:
    """Return lines for what is set by separate requests: chosen virtual addresses, a template."""
    by_hand = [
        _lost("Virtual address", name, vip["ipaddr"])
        for name, vip in (source.configuration.get("vips") or {}).items()
        if vip.get("is_user_defined")
    ]
    if source.configuration["networking_parameters"].get("configuration_template"):
        by_hand.append(_lost("Parameter", "configuration_template", "a network template"))
    return by_hand


def _lost(subject: str, name: str, now: str) -> CopyLine:
    why = "it was set manually; set it again in Fuel"
    return CopyLine(subject=subject, name=name, now=now, then="", outcome=CopyOutcome.LOST, why=why)
