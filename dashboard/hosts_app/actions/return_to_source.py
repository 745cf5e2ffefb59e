"""Returning a host to its cloud after a reassignment that did not finish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from typing_extensions import override

from dashboard.clients.fuel.objects import Node
from dashboard.errors import NotFound
from dashboard.hosts_app.actions.reassign import choices_of
from dashboard.hosts_app.actions.shared_options import INSTALLATION, chosen_places
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft, Refusal
from dashboard.hosts_app.reassignment.discovery import has_switch_hook
from dashboard.hosts_app.reassignment.facts import (
    EnvironmentFacts,
    Example,
    Machine,
    read_environment,
    read_example,
    read_machine,
)
from dashboard.hosts_app.reassignment.layout import HostLayout, group_of, lay_out
from dashboard.hosts_app.reassignment.location import state_of
from dashboard.hosts_app.reassignment.planning import (
    LineText,
    coming,
    discovered,
    numbered,
    redeployed,
)
from dashboard.hosts_app.reassignment.refusals import COMPUTE, busy, fit_refusals
from dashboard.hosts_app.reassignment.steps import Route, start_reassignment
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester


@dataclass(frozen=True, kw_only=True)
class StrayHost:
    """A host that left ``home`` for ``away`` in its last reassignment, and its node in Fuel now."""

    last: Reassignment
    node: Node | None
    home: EnvironmentFacts
    away: EnvironmentFacts
    machine: Machine
    example: Example | None = None

    @property
    def is_away(self) -> bool:
        """Whether it is in the environment that it was moving to."""
        return self.node is not None and self.node.environment_id == self.away.environment.id

    @property
    def is_home(self) -> bool:
        """Whether it is in the environment that it was leaving."""
        return self.node is not None and self.node.environment_id == self.home.environment.id

    @property
    def must_boot(self) -> bool:
        """Whether Fuel has to discover it first."""
        free = self.node is not None and self.node.status == "discover"
        return not self.is_home and not free

    @property
    def roles(self) -> list[str]:
        """The roles that it had."""
        return list(self.last.old_roles) or [COMPUTE]


class ReturnToSource(HostAction):
    """Return a host to its source cloud after a reassignment that did not finish."""

    name = "return_to_source"
    kind = "reassign"
    title = "Return it to its source"
    section = Section.DEPARTURE
    of_computes = False  # Nova's record of it was deleted when it left
    options = INSTALLATION

    @override
    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        _last_departure(cloud, host)
        chosen_places(options)

    @override
    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        stray = _read(cloud, host)
        layout = _layout(stray, chosen_places(options))
        lines = numbered([], _lines(stray, host, layout, probes=options["probe"]))
        return PlanDraft(
            lines=lines,
            refusals=list(_refusals(stray, layout)),
            content={**_content(stray, options), "places": layout.by_network},
        )

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        content = plan.content
        last = Reassignment.objects.select_related("source", "destination").get(
            pk=content["reassignment"]
        )
        return start_reassignment(
            _record(last, content),
            Route(
                host=plan.host,
                source=last.destination.name,
                destination=last.source.name,
                old=content["old"],
                new=content["new"],
            ),
            choices_of(plan.options, content),
            title=f"Return {plan.host} to {last.source.name}",
            about=plan.cloud,
            requester=requester,
        )


def _last_departure(cloud: Cloud, host: str) -> Reassignment:
    """Return the last reassignment of a host. Raises ``NotFound`` when there was none."""
    found = Reassignment.objects.filter(source=cloud, host=host).select_related("job")
    last = found.order_by("pk").last()
    if last is None:
        raise NotFound(
            f"Pumphouse has never moved a host {host} out of {cloud.name}.",
            fix="Give the host's name and cloud as they were before the move.",
        )
    return last


def _read(cloud: Cloud, host: str) -> StrayHost:
    """Find the host in Fuel by its last reassignment. Raises ``NotFound`` when there was none."""
    last = _last_departure(cloud, host)
    fuel = configured_fuel()
    home, away = (
        read_environment(fuel, fuel.environment(id_))
        for id_ in (last.source_environment, last.destination_environment)
    )
    stray = StrayHost(
        last=last,
        node=fuel.node_with_macs(last.macs),
        home=home,
        away=away,
        machine=read_machine(host, last.macs),
    )
    return replace(stray, example=read_example(fuel, home, roles=stray.roles))


def _layout(stray: StrayHost, chosen: Mapping[str, str]) -> HostLayout:
    """Return the layout that the host gets at home: the saved one, as far as it still applies."""
    groups = stray.away.groups if stray.is_away else stray.home.groups
    return lay_out(
        stray.last.host,
        stray.home,
        group=group_of(stray.node, groups, stray.home),
        roles=stray.roles,
        interfaces=stray.last.interfaces,
        chosen=chosen,
        example=stray.example,
    )


def _refusals(stray: StrayHost, layout: HostLayout) -> Iterator[Refusal]:
    last, node = stray.last, stray.node
    if last.job.is_active:
        yield Refusal(
            sentence=f"“{last.job.title}” (job {last.job.pk}) is still running.",
            fix="Wait for it to end, or cancel it.",
        )
    if node and node.status == "ready" and not node.pending_deletion:
        yield from _has_arrived(stray)
    if node and node.environment_id is not None and not (stray.is_away or stray.is_home):
        yield Refusal(
            sentence=f"Node {node.id} was assigned to another environment meanwhile.",
            fix="Remove it from there in Fuel first.",
        )
    if not stray.is_home and stray.last.interfaces:
        yield from fit_refusals(stray.home, stray.roles, layout)
    yield from busy(stray.home)
    yield from busy(stray.away) if stray.is_away else ()
    if stray.must_boot and stray.machine.fault:
        yield stray.machine.fault


def _has_arrived(stray: StrayHost) -> Iterator[Refusal]:
    if stray.is_home:
        yield Refusal(
            sentence=f"It is deployed in {stray.home.name}: there is nothing to return.",
            fix="End its maintenance if it is disabled.",
        )
    if stray.is_away:
        yield Refusal(
            sentence=f"It is deployed in {stray.away.name}.",
            fix=f"Reassign it as a host of {stray.last.destination.name}.",
        )


def _lines(stray: StrayHost, host: str, layout: HostLayout, *, probes: bool) -> Iterator[LineText]:
    node = stray.node
    if node and stray.is_away:
        state = f"node {node.id} of {stray.away.name}: {state_of(node)}"
        yield host, state, f"removed from {stray.away.name}", "it did not become a host there"
        if node.status != "discover":
            yield redeployed(stray.away, node)
    if stray.must_boot:
        yield discovered(host)
    yield from coming(host, stray.home, roles=stray.roles, layout=layout, probes=probes)


def _content(stray: StrayHost, options: Mapping[str, Any]) -> dict[str, Any]:
    host = stray.machine.host
    moves_port = stray.must_boot and options["switch_hook"] and host and has_switch_hook(host)
    return {
        "reassignment": stray.last.pk,
        "old": stray.away.name,
        "new": stray.home.name,
        "roles": stray.roles,
        "mac": _boot_mac(stray.last.interfaces) if moves_port else "",
        "host": stray.node.fqdn if stray.node and stray.is_away else stray.last.host,
    }


def _boot_mac(interfaces: Sequence[Mapping[str, Any]]) -> str:
    """Return the MAC address of the interface that boots from the network, "" if none is marked."""
    return next((str(one["mac"]).lower() for one in interfaces if one.get("pxe")), "")


def _record(last: Reassignment, content: Mapping[str, Any]) -> Reassignment:
    """Return the record of the way back: there is nothing to evacuate, and the layout is known."""
    return Reassignment(
        source=last.destination,
        destination=last.source,
        source_environment=last.destination_environment,
        destination_environment=last.source_environment,
        host=content["host"],
        macs=last.macs,
        roles=content["roles"],
        old_roles=last.roles,
        interfaces=last.interfaces,
        disks=last.disks,
        is_removed=True,
    )
