"""Moving a host from its cloud to another one through Fuel."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import BadInput
from dashboard.hosts_app.actions.shared_options import (
    DESTINATION,
    INSTALLATION,
    MOVE_SECONDS,
    SERVERS_AT_A_TIME,
    chosen_places,
    other_clouds,
)
from dashboard.hosts_app.clouds import cloud_named
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.evacuation.steps import plan_evacuation
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.hosts_app.reassignment.discovery import MINUTE, has_switch_hook
from dashboard.hosts_app.reassignment.facts import ReassignmentFacts, read_reassignment
from dashboard.hosts_app.reassignment.layout import (
    HostLayout,
    layout_in_destination,
)
from dashboard.hosts_app.reassignment.planning import lines_of, notes_of
from dashboard.hosts_app.reassignment.refusals import COMPUTE, joining_refusals, refusals_of
from dashboard.hosts_app.reassignment.steps import Choices, Route, start_reassignment
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester


class Reassign(HostAction):
    """Evacuate a host, remove it from its Fuel environment and deploy it in another cloud's."""

    name = "reassign"
    title = "Move the host to another cloud"
    section = Section.DEPARTURE
    options = (
        DESTINATION,
        Option(name="roles", label="Roles in Fuel, separated by commas", default=COMPUTE),
        SERVERS_AT_A_TIME,
        MOVE_SECONDS,
        *INSTALLATION,
    )

    @override
    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        destination_of(cloud, options["destination"])
        _roles(options["roles"])
        chosen_places(options)

    @override
    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        destination = destination_of(cloud, options["destination"])
        evacuation, roles = plan_evacuation(cloud, host), _roles(options["roles"])
        facts = read_reassignment(cloud, destination, host, roles=roles)
        mac = mac_to_move(facts, options)
        layout = layout_in_destination(facts, roles=roles, chosen=chosen_places(options))
        lines = lines_of(
            facts,
            [line.as_plan_line() for line in evacuation.lines],
            roles=roles,
            layout=layout,
            moves_port=bool(mac),
            probes=options["probe"],
        )
        return PlanDraft(
            lines=lines,
            refusals=[
                *refusals_of(facts, evacuation),
                *joining_refusals(facts, roles, layout),
            ],
            notes=list(notes_of(facts, moves_port=bool(mac), roles=roles)),
            content={
                **content_of(facts, destination, roles=roles, mac=mac, layout=layout),
                "evacuation": evacuation.as_content(),
            },
        )

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        content, options = plan.content, plan.options
        destination = Cloud.objects.get(pk=content["destination"])
        return start_reassignment(
            record_of(plan, destination),
            Route(
                host=plan.host,
                source=plan.cloud.name,
                destination=destination.name,
                old=content["old"],
                new=content["new"],
            ),
            choices_of(options, content),
            title=f"Move {plan.host} of {plan.cloud.name} to {destination.name}",
            about=plan.cloud,
            evacuation=EvacuationPlan.from_content(content["evacuation"]),
            parallel=options["parallel"],
            limit=options["limit"],
            requester=requester,
        )


def choices_of(
    options: Mapping[str, Any], content: Mapping[str, Any], *, from_drained: bool = False
) -> Choices:
    """Return the options as the job takes them; ``content`` is the plan's."""
    return Choices(
        discovery_seconds=options["discovery_minutes"] * MINUTE,
        deploy_seconds=options["deploy_minutes"] * MINUTE,
        probes=options["probe"],
        checks_health=options.get("health", False),
        mac=content["mac"],
        from_drained=from_drained,
        places=content.get("places") or {},  # plans of older versions have none
    )


def destination_of(source: Cloud, name: str) -> Cloud:
    """Return the named cloud, or the only other one if none was. Raises ``BadInput``."""
    others = other_clouds(source)
    if not name and others.count() == 1:
        return others.get()
    known = ", ".join(others.values_list("name", flat=True)) or "none"
    if not name and known == "none":
        raise BadInput(
            f"There is no cloud beside {source} that a host could go to.",
            fix="Add the destination to the configuration.",
        )
    if not name:
        raise BadInput("No destination cloud was given.", fix=f"Give destination: {known}.")
    destination = cloud_named(name)
    if destination == source:
        raise BadInput(f"The host is already in {name}.", fix=f"Other clouds: {known}.")
    return destination


def _roles(text: str) -> list[str]:
    """Return the roles in a text. Raises ``BadInput`` when compute is not among them."""
    roles = [role.strip() for role in text.split(",") if role.strip()]
    if COMPUTE not in roles:
        raise BadInput(f"The roles {text!r} do not include {COMPUTE}.", fix=f"Add {COMPUTE}.")
    return roles


def mac_to_move(facts: ReassignmentFacts, options: Mapping[str, Any]) -> str:
    """Return the MAC address of the switch port to move, "" when it is not moved."""
    machine = facts.machine.host
    wanted = options["switch_hook"] and machine is not None and has_switch_hook(machine)
    return str(facts.node.data["mac"]).lower() if wanted and facts.node else ""


def content_of(
    facts: ReassignmentFacts, destination: Cloud, *, roles: list[str], mac: str, layout: HostLayout
) -> dict[str, Any]:
    """Return what the record and the route of a host are made from."""
    return {
        "destination": destination.pk,
        "source_environment": facts.source.environment.id,
        "destination_environment": facts.destination.environment.id,
        "old": facts.source.name,
        "new": facts.destination.name,
        "macs": sorted(facts.node.macs) if facts.node else [],
        "old_roles": list(facts.node.roles) if facts.node else [],
        "roles": roles,
        "mac": mac,
        "places": layout.by_network,
    }


def record_of(plan: HostPlan, destination: Cloud) -> Reassignment:
    """Return the record of a host's reassignment, not stored yet."""
    content = plan.content
    return Reassignment(
        source=plan.cloud,
        destination=destination,
        source_environment=content["source_environment"],
        destination_environment=content["destination_environment"],
        host=plan.host,
        macs=content["macs"],
        roles=content["roles"],
        old_roles=content["old_roles"],
    )
