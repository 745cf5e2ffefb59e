"""Moving the controllers of a drained cloud to another one."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.errors import BadInput
from dashboard.hosts_app.actions.reassign import (
    choices_of,
    content_of,
    destination_of,
    mac_to_move,
    record_of,
)
from dashboard.hosts_app.actions.shared_options import DESTINATION, INSTALLATION, chosen_places
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft, Refusal
from dashboard.hosts_app.reassignment.drained import leftovers_of
from dashboard.hosts_app.reassignment.facts import ReassignmentFacts, read_reassignment
from dashboard.hosts_app.reassignment.layout import layout_in_destination
from dashboard.hosts_app.reassignment.planning import lines_of, notes_of
from dashboard.hosts_app.reassignment.refusals import (
    COMPUTE,
    CONTROLLER,
    joining_refusals,
    obstacles,
    waiting_changes,
)
from dashboard.hosts_app.reassignment.steps import Route, start_reassignment
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester


class ReassignController(HostAction):
    """Move a controller of a cloud without tenants and computes to another cloud."""

    name = "reassign_controller"
    kind = "reassign"
    title = "Move the controller to another cloud"
    section = Section.DEPARTURE
    of_computes = False
    options = (
        DESTINATION,
        Option(name="roles", label="Roles in Fuel, separated by commas", default=CONTROLLER),
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
        roles = _roles(options["roles"])
        facts = read_reassignment(cloud, destination, host, roles=roles)
        left = leftovers_of(connect(cloud), facts.source.nodes)
        mac = mac_to_move(facts, options)
        layout = layout_in_destination(facts, roles=roles, chosen=chosen_places(options))
        return PlanDraft(
            lines=lines_of(
                facts, [], roles=roles, layout=layout, moves_port=bool(mac), probes=options["probe"]
            ),
            refusals=[
                *left.refusals(cloud.name),
                *_refusals(facts, roles),
                *joining_refusals(facts, roles, layout),
            ],
            notes=[*_notes(facts, roles), *notes_of(facts, moves_port=bool(mac), roles=roles)],
            content=content_of(facts, destination, roles=roles, mac=mac, layout=layout),
        )

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
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
            choices_of(plan.options, content, from_drained=True),
            title=f"Move controller {plan.host} of {plan.cloud.name} to {destination.name}",
            about=plan.cloud,
            requester=requester,
        )

    @override
    def to_type(self, plan: HostPlan) -> str:
        return str(plan.content.get("old") or plan.host)


def _roles(text: str) -> list[str]:
    """Return the roles in a text. Raises ``BadInput`` when there is none."""
    roles = [role.strip() for role in text.split(",") if role.strip()]
    if not roles:
        raise BadInput("A node needs a role.", fix=f"Give roles: {CONTROLLER}, for example.")
    return roles


def _refusals(facts: ReassignmentFacts, roles: list[str]) -> Iterator[Refusal]:
    if facts.node and COMPUTE in facts.node.roles:
        yield Refusal(
            sentence=f"{facts.host} is a compute.",
            fix="Use “Move the host to another cloud”, which evacuates it first.",
        )
    yield from obstacles(facts)
    if CONTROLLER in roles:
        yield from waiting_changes(facts.destination, besides=None)


def _notes(facts: ReassignmentFacts, roles: list[str]) -> Iterator[str]:
    """Yield what is left of the cloud afterwards, and whether its new one gets an even number."""
    left = [one.fqdn for one in facts.source.others(facts.node) if CONTROLLER in one.roles]
    if left:
        count = len(left)
        yield (
            f"{count} controller{pluralize(count)} of {facts.source.name} "
            f"{pluralize(count, 'remains,remain')} afterwards: {', '.join(left)}."
        )
    else:
        yield (
            f"This is the last controller of {facts.source.name}: the cloud ends with it, with its "
            "databases and images. Its environment can then be deleted from Fuel."
        )
    there = sum(CONTROLLER in node.roles for node in facts.destination.nodes)
    if CONTROLLER in roles and there % 2:
        yield (
            f"Afterwards {facts.destination.name} has {there + 1} controllers. Fuel advises an odd "
            "number, so that there is always a majority."
        )
