"""Moving the controllers of a cloud that has nothing left to another one."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize

from dashboard.errors import BadInput
from dashboard.hosts_app.actions.reassign import (
    DESTINATION,
    LIMITS,
    choices_of,
    content_of,
    destination_of,
    mac_to_move,
    record_of,
)
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft, Refusal
from dashboard.hosts_app.reassignment.drained import leftovers_of
from dashboard.hosts_app.reassignment.facts import ReassignmentFacts, read_reassignment
from dashboard.hosts_app.reassignment.planning import lines_of, notes_of
from dashboard.hosts_app.reassignment.refusals import (
    COMPUTE,
    CONTROLLER,
    obstacles,
    unknown_roles,
    waiting_changes,
)
from dashboard.hosts_app.reassignment.steps import Route, start_reassignment
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester


class ReassignController(HostAction):
    """Move a controller of a cloud without tenants and computes to another cloud."""

    name = "reassign_controller"
    title = "Move the controller to another cloud"
    section = Section.DEPARTURE
    of_computes = False
    options = (
        DESTINATION,
        Option(name="roles", label="Roles in Fuel, with commas between", default=CONTROLLER),
        *LIMITS,
    )

    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        """Refuse a destination that there is not, and roles that it cannot have."""
        destination_of(cloud, options["destination"])
        _roles(options["roles"])

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        """Ask both clouds, Fuel and the BMC, and say what happens to each thing."""
        destination = destination_of(cloud, options["destination"])
        facts = read_reassignment(cloud, destination, host)
        left = leftovers_of(connect(cloud), facts.source.nodes)
        roles, mac = _roles(options["roles"]), mac_to_move(facts, options)
        lines = lines_of(facts, [], roles=roles, moves_port=bool(mac), probes=options["probe"])
        return PlanDraft(
            lines=lines,
            refusals=[*left.refusals(cloud.name), *_refusals(facts, roles)],
            notes=[*_notes(facts, roles), *notes_of(facts, moves_port=bool(mac))],
            content=content_of(facts, destination, roles=roles, mac=mac),
        )

    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        """Start the job that moves the controller."""
        content = plan.content
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
            choices_of(plan.options, mac=content["mac"], from_drained=True),
            title=f"Move controller {plan.host} of {plan.cloud.name} to {destination.name}",
            about=plan.cloud,
            requester=requester,
        )

    def to_type(self, plan: HostPlan) -> str:
        """Return the name of the environment that loses a controller."""
        return str(plan.content.get("old") or plan.host)


def _roles(text: str) -> list[str]:
    """Return the roles of a text. Raises ``BadInput`` for one without any."""
    roles = [role.strip() for role in text.split(",") if role.strip()]
    if not roles:
        raise BadInput("A node needs a role.", fix=f"Give roles: {CONTROLLER}, for example.")
    return roles


def _refusals(facts: ReassignmentFacts, roles: list[str]) -> Iterator[Refusal]:
    if facts.node and COMPUTE in facts.node.roles:
        yield Refusal(
            sentence=f"{facts.host} is a compute.",
            fix="Move it as a host, whose servers leave it first.",
        )
    yield from obstacles(facts)
    yield from unknown_roles(facts.destination, roles)
    if CONTROLLER in roles:
        yield from waiting_changes(facts.destination, besides=None)


def _notes(facts: ReassignmentFacts, roles: list[str]) -> Iterator[str]:
    """Return what is left of the cloud afterwards, and whether its new one likes the number."""
    left = [one.fqdn for one in facts.source.others(facts.node) if CONTROLLER in one.roles]
    if left:
        count = len(left)
        yield (
            f"{count} controller{pluralize(count)} of {facts.source.name} "
            f"{pluralize(count, 'is,are')} left then: {', '.join(left)}."
        )
    else:
        yield (
            f"The cloud in {facts.source.name} ends with this controller, with its databases and "
            "images. Its environment can be deleted from Fuel afterwards."
        )
    there = sum(CONTROLLER in node.roles for node in facts.destination.nodes)
    if CONTROLLER in roles and there % 2:
        yield (
            f"{facts.destination.name} then has {there + 1} controllers. Fuel advises an odd "
            "number, so that a majority can be told."
        )
