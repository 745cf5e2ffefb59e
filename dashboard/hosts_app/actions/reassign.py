"""Moving a host from its cloud to another one through Fuel."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import cloud_named
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.evacuation.steps import (
    LIMIT_SECONDS,
    PARALLEL,
    plan_evacuation,
)
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.hosts_app.reassignment.discovery import MINUTE, has_switch_hook
from dashboard.hosts_app.reassignment.facts import ReassignmentFacts, read_reassignment
from dashboard.hosts_app.reassignment.planning import lines_of, notes_of
from dashboard.hosts_app.reassignment.refusals import COMPUTE, refusals_of, unknown_roles
from dashboard.hosts_app.reassignment.steps import Choices, Route, start_reassignment
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester

DISCOVERY_MINUTES = 30
DEPLOY_MINUTES = 180

DESTINATION = Option(
    name="destination",
    label="Cloud that it goes to",
    default="",
    help="May be left out where there is only one other.",
    offered=lambda cloud: list(_others(cloud).values_list("name", flat=True)),
)
LIMITS = (
    Option(
        name="discovery_minutes",
        label="Minutes for Fuel to discover it",
        default=DISCOVERY_MINUTES,
        help="From its boot from the network on. When they are over, the job says so and waits "
        "for you.",
    ),
    Option(
        name="deploy_minutes",
        label="Minutes for each task of Fuel",
        default=DEPLOY_MINUTES,
        help="To remove, to install and to deploy the host; also to wait for another task.",
    ),
    Option(
        name="probe",
        label="Boot a small server on it at the end",
        default=True,
        help="It is deleted at once.",
    ),
    Option(
        name="switch_hook",
        label="Move its switch port to the admin VLAN",
        default=True,
        help="Only where inventory.yaml says how.",
    ),
)


class Reassign(HostAction):
    """Free a host, take it out of its Fuel environment and deploy it in another cloud's."""

    name = "reassign"
    title = "Move the host to another cloud"
    section = Section.DEPARTURE
    options = (
        DESTINATION,
        Option(name="roles", label="Roles in Fuel, with commas between", default=COMPUTE),
        Option(name="parallel", label="Servers at a time", default=PARALLEL),
        Option(
            name="limit",
            label="Seconds for each server",
            default=LIMIT_SECONDS,
            help="A live migration that takes longer is aborted and tried once more.",
        ),
        *LIMITS,
    )

    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        """Refuse a destination that there is not, and roles that it cannot have."""
        destination_of(cloud, options["destination"])
        _roles(options["roles"])

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        """Ask both clouds, Fuel and the BMC, and say what happens to each thing."""
        destination = destination_of(cloud, options["destination"])
        evacuation = plan_evacuation(cloud, host)
        facts = read_reassignment(cloud, destination, host)
        roles, mac = _roles(options["roles"]), mac_to_move(facts, options)
        lines = lines_of(
            facts,
            [line.as_plan_line() for line in evacuation.lines],
            roles=roles,
            moves_port=bool(mac),
            probes=options["probe"],
        )
        return PlanDraft(
            lines=lines,
            refusals=[
                *refusals_of(facts, evacuation),
                *unknown_roles(facts.destination, roles),
            ],
            notes=list(notes_of(facts, moves_port=bool(mac))),
            content={
                **content_of(facts, destination, roles=roles, mac=mac),
                "evacuation": evacuation.as_content(),
            },
        )

    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        """Start the job that frees the host and moves it."""
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
            choices_of(options, mac=content["mac"]),
            title=f"Move {plan.host} of {plan.cloud.name} to {destination.name}",
            about=plan.cloud,
            evacuation=EvacuationPlan.from_content(content["evacuation"]),
            parallel=options["parallel"],
            limit=options["limit"],
            requester=requester,
        )


def choices_of(options: Mapping[str, Any], *, mac: str, from_drained: bool = False) -> Choices:
    """Return what the options mean to the job."""
    return Choices(
        discovery_seconds=options["discovery_minutes"] * MINUTE,
        deploy_seconds=options["deploy_minutes"] * MINUTE,
        probes=options["probe"],
        mac=mac,
        from_drained=from_drained,
    )


def destination_of(source: Cloud, name: str) -> Cloud:
    """Return the cloud that was named, or the only other one. Raises ``BadInput``."""
    others = _others(source)
    if not name and others.count() == 1:
        return others.get()
    known = ", ".join(others.values_list("name", flat=True)) or "none"
    if not name:
        raise BadInput(
            "The cloud that the host goes to was not named.", fix=f"Give destination: {known}."
        )
    destination = cloud_named(name)
    if destination == source:
        raise BadInput(f"The host is in {name} already.", fix=f"Other clouds: {known}.")
    return destination


def _others(source: Cloud) -> QuerySet[Cloud]:
    return Cloud.objects.exclude(pk=source.pk).exclude(state=Cloud.State.VANISHED)


def _roles(text: str) -> list[str]:
    """Return the roles of a text. Raises ``BadInput`` for one without any."""
    roles = [role.strip() for role in text.split(",") if role.strip()]
    if COMPUTE not in roles:
        raise BadInput(f"The roles {text!r} have no {COMPUTE}.", fix=f"Add {COMPUTE}.")
    return roles


def mac_to_move(facts: ReassignmentFacts, options: Mapping[str, Any]) -> str:
    """Return the address that the host boots from the network by, "" when its port stays."""
    machine = facts.machine.host
    wanted = options["switch_hook"] and machine is not None and has_switch_hook(machine)
    return str(facts.node.data["mac"]).lower() if wanted and facts.node else ""


def content_of(
    facts: ReassignmentFacts, destination: Cloud, *, roles: list[str], mac: str
) -> dict[str, Any]:
    """Return what the record and the route of a host need."""
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
    }


def record_of(plan: HostPlan, destination: Cloud) -> Reassignment:
    """Return the record of a host that is to leave, not stored yet."""
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
