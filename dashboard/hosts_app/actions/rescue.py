"""Rebuilding the servers of a dead host on other hosts."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.clients.ipmi import PowerState
from dashboard.hosts_app.actions.shared_options import REBUILD_SECONDS, SERVERS_AT_A_TIME
from dashboard.hosts_app.clouds import connect
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


class Rescue(HostAction):
    """Fence a dead host by powering it off, then rebuild its servers on other hosts."""

    name = "rescue"
    title = "Rebuild its servers on other hosts"
    section = Section.CLOUD
    options = (
        Option(
            name="shared_storage",
            label="The servers' disks are on shared storage",
            default=False,
            help="No API tells. Nova then refuses a server whose disks it does not find, instead "
            "of recreating them from the image.",
        ),
        Option(name="skip_errors", label="Skip servers in ERROR", default=False),
        SERVERS_AT_A_TIME,
        REBUILD_SECONDS,
    )

    @override
    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
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

    @override
    def to_type(self, plan: HostPlan) -> str:
        return confirmation_of(RescuePlan.from_content(plan.content))

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        return start_rescue(
            plan.cloud,
            RescuePlan.from_content(plan.content),
            shared_storage=plan.options["shared_storage"],
            parallel=plan.options["parallel"],
            limit=plan.options["limit"],
            requester=requester,
        )


def confirmation_of(plan: RescuePlan) -> str:
    """Return what is typed to confirm: longer than the host's name where data is lost."""
    return f"{plan.host} loses {plan.lost} disk{pluralize(plan.lost)}" if plan.lost else plan.host


def notes_about(plan: RescuePlan, facts: DeadHostFacts) -> Iterator[str]:
    """Yield what is lost, what stays on the host, and its state afterwards."""
    if plan.lost:
        yield (
            f"{plan.lost} disk{pluralize(plan.lost)} on {plan.host} will be lost. "
            f"To confirm, type: {confirmation_of(plan)}"
        )
    if facts.power == PowerState.ON:
        yield f"{plan.host} is powered on. Whatever still runs on it ends when it is powered off."
    if staying := [line.name for line in plan.lines if line.outcome == RescueOutcome.STAYS]:
        yield f"Not rebuilt: {', '.join(staying)}."
    for name in facts.host.volume_services:
        yield f"{plan.host} ran the volume service {name}: its volumes may be unreachable."
    yield (
        f"Afterwards {plan.host} stays off, closed and forced down. To bring it back, power it on, "
        "wait until its nova-compute has removed its old copies of the servers, then end its "
        "maintenance."
    )
