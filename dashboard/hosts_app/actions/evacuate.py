"""Evacuating a host, so that it can be serviced or become a host of another cloud."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.hosts_app.actions.shared_options import MOVE_SECONDS, SERVERS_AT_A_TIME
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import HostFacts, read_facts
from dashboard.hosts_app.compute.room import RAM_MIB, VCPU, Resources
from dashboard.hosts_app.evacuation.planning import EvacuationPlan, plan_of
from dashboard.hosts_app.evacuation.steps import start_evacuation
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester


class Evacuate(HostAction):
    """Move all servers of a host to the other hosts of its cloud, and keep new ones off it."""

    name = "evacuate"
    title = "Evacuate the host"
    section = Section.CLOUD
    options = (
        SERVERS_AT_A_TIME,
        MOVE_SECONDS,
        Option(name="skip_errors", label="Leave servers in ERROR where they are", default=False),
    )

    @override
    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        facts = read_facts(connect(cloud), host)
        plan = plan_of(facts, skip_errors=options["skip_errors"])
        return PlanDraft(
            lines=[line.as_plan_line() for line in plan.lines],
            refusals=plan.refusals,
            notes=list(notes_about(plan, facts)),
            content=plan.as_content(),
        )

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        return start_evacuation(
            plan.cloud,
            EvacuationPlan.from_content(plan.content),
            parallel=plan.options["parallel"],
            limit=plan.options["limit"],
            requester=requester,
        )


def notes_about(plan: EvacuationPlan, facts: HostFacts) -> Iterator[str]:
    """Yield what stays on the host, its state afterwards, and the room left on other hosts."""
    if not plan.lines:
        yield f"{plan.host} has no servers."
    if plan.left:
        names = ", ".join(line.name for line in plan.left)
        count = len(plan.left)
        yield f"{count} server{pluralize(count)} stay{pluralize(count, 's,')} on it: {names}."
    yield "It takes no new servers until you end its maintenance."
    yield from _room_left(plan, facts)


def _room_left(plan: EvacuationPlan, facts: HostFacts) -> Iterator[str]:
    """Yield the room left on other hosts; without enough room, the plan is refused instead."""
    hosts = len(facts.free)
    others = "other host has" if hosts == 1 else f"{hosts} other hosts have"
    needs = [facts.needs[line.server_id] for line in plan.moves if line.server_id in facts.needs]
    vcpus, ram = (_sum(name, facts.free.values()) - _sum(name, needs) for name in (VCPU, RAM_MIB))
    if hosts and vcpus >= 0 and ram >= 0:
        yield f"Afterwards the {others} room left for {vcpus} vCPUs and {ram // 1024} GiB of RAM."


def _sum(name: str, resources: Iterable[Resources]) -> int:
    return sum(each.get(name, 0) for each in resources)
