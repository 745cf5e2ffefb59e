"""Removing a host from its Fuel environment, its servers first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.hosts_app.actions.shared_options import (
    DEPLOY_MINUTES,
    DISCOVERY_MINUTES,
    HEALTH_CHECK,
    MOVE_SECONDS,
    SERVERS_AT_A_TIME,
)
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.evacuation.steps import plan_evacuation
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import HostAction, Section
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.hosts_app.reassignment.discovery import MINUTE
from dashboard.hosts_app.reassignment.facts import ReassignmentFacts, read_reassignment
from dashboard.hosts_app.reassignment.planning import discovered, leaving, numbered
from dashboard.hosts_app.reassignment.refusals import refusals_of
from dashboard.hosts_app.reassignment.removal import RemovalChoices, start_removal
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester


class RemoveFromFuel(HostAction):
    """Evacuate a host, then have Fuel remove it from its environment and erase it."""

    name = "remove_from_fuel"
    title = "Remove the host from its environment"
    section = Section.DEPARTURE
    options = (
        SERVERS_AT_A_TIME,
        MOVE_SECONDS,
        DEPLOY_MINUTES,
        Option(
            name="rediscover",
            label="Boot it from the network until Fuel has it as a free node",
            default=True,
            help="Not for a machine that leaves the rack.",
        ),
        DISCOVERY_MINUTES,
        HEALTH_CHECK,
    )

    @override
    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> PlanDraft:
        evacuation = plan_evacuation(cloud, host)
        facts = read_reassignment(cloud, cloud, host)
        if not options["rediscover"]:
            facts = replace(facts, machine=replace(facts.machine, fault=None))
        after = [discovered(host)] if options["rediscover"] else []
        return PlanDraft(
            lines=numbered(
                [line.as_plan_line() for line in evacuation.lines], [*leaving(facts), *after]
            ),
            # The environment is source and destination, so each of its refusals comes twice.
            refusals=list(dict.fromkeys(refusals_of(facts, evacuation))),
            content={**_content(facts), "evacuation": evacuation.as_content()},
        )

    @override
    def start(self, plan: HostPlan, *, requester: Requester) -> Job:
        content = plan.content
        record = Reassignment(
            source=plan.cloud,
            destination=plan.cloud,
            source_environment=content["environment"],
            destination_environment=content["environment"],
            host=plan.host,
            macs=content["macs"],
            old_roles=content["roles"],
        )
        return start_removal(
            record,
            EvacuationPlan.from_content(content["evacuation"]),
            _choices(plan.options),
            environment=content["name"],
            requester=requester,
        )


def _content(facts: ReassignmentFacts) -> dict[str, Any]:
    return {
        "environment": facts.source.environment.id,
        "name": facts.source.name,
        "macs": sorted(facts.node.macs) if facts.node else [],
        "roles": list(facts.node.roles) if facts.node else [],
    }


def _choices(options: Mapping[str, Any]) -> RemovalChoices:
    return RemovalChoices(
        parallel=options["parallel"],
        server_seconds=options["limit"],
        deploy_seconds=options["deploy_minutes"] * MINUTE,
        discovery_seconds=options["discovery_minutes"] * MINUTE if options["rediscover"] else None,
        checks_health=options.get(HEALTH_CHECK.name, False),  # plans of older versions have none
    )
