"""Starting the servers of a dead host elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize

from dashboard.clients.ipmi import PowerState
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.evacuation.steps import LIMIT_SECONDS, PARALLEL
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.hosts_app.rescue.planning import (
    DeadHostFacts,
    RescueOutcome,
    RescuePlan,
    plan_rescue,
)
from dashboard.hosts_app.rescue.steps import read_dead_host, start_rescue
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action


class Rescue(HostAction):
    """Take the power of a dead host away for certain, and start its servers on other hosts."""

    name = "rescue"
    title = "Rebuild its servers elsewhere"
    section = Section.CLOUD
    permission = Action.POWER
    options = (
        Option(
            name="shared_storage",
            label="Its servers' disks are on storage that all hosts share",
            default=False,
            help="Only you can tell. Nova then refuses a server whose disks it does not find, "
            "and does not make them anew from the image.",
        ),
        Option(name="skip_errors", label="Leave servers in ERROR alone", default=False),
        Option(name="parallel", label="Servers at a time", default=PARALLEL),
        Option(name="limit", label="Seconds for each server", default=LIMIT_SECONDS),
    )

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        """Return what becomes of each server, and what is lost."""
        facts = read_dead_host(connect(cloud), host)
        plan = plan_rescue(
            facts,
            shared_storage=options["shared_storage"],
            skip_errors=options["skip_errors"],
        )
        return PlanDraft(
            lines=[line.as_plan_line() for line in plan.lines],
            refusals=plan.refusals,
            notes=list(notes_about(plan, facts)),
            content=plan.as_content(),
        )

    def to_type(self, plan: HostPlan) -> str:
        """Return the host's name, and what it loses where that is anything."""
        return phrase(RescuePlan.from_content(plan.content))

    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        """Start to fence the host and to rebuild its servers."""
        return start_rescue(
            plan.cloud,
            RescuePlan.from_content(plan.content),
            shared_storage=plan.options["shared_storage"],
            parallel=plan.options["parallel"],
            limit=plan.options["limit"],
            requester=requester,
        )


def phrase(plan: RescuePlan) -> str:
    """Return what is typed to confirm: longer than the host's name where something is lost."""
    return f"{plan.host} loses {plan.lost} disk{pluralize(plan.lost)}" if plan.lost else plan.host


def notes_about(plan: RescuePlan, facts: DeadHostFacts) -> Iterator[str]:
    """Return what is lost, what becomes of the host, and what stays on it."""
    if plan.lost:
        yield (
            f"{plan.lost} disk{pluralize(plan.lost)} on {plan.host} would be lost. "
            f"To confirm that, type: {phrase(plan)}"
        )
    if facts.power == PowerState.ON:
        yield f"{plan.host} has power now. What may still run on it ends when its power is taken."
    if staying := [line.name for line in plan.lines if line.outcome == RescueOutcome.STAYS]:
        yield f"Not started elsewhere: {', '.join(staying)}."
    for name in facts.host.volume_services:
        yield f"{plan.host} carried the volume service {name}: its volumes may be out of reach."
    yield (
        f"{plan.host} then stays off, closed and forced down. To have it back, switch it on, "
        "wait until its nova-compute has removed its old copies of the servers, and end its "
        "maintenance."
    )
