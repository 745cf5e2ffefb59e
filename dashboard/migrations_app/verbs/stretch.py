"""Stretch: joins a network across both clouds by a pair of gateway servers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.options import GATEWAY_OPTIONS, require_needed
from dashboard.migrations_app.stretch.work import (
    has_movable_network,
    joining_steps,
    new_stretch,
    stretch_subject,
    why_not_now,
)
from dashboard.migrations_app.verbs.base import PlanVerb

_STATES = (Plan.State.EXECUTING, Plan.State.EXECUTED)


class GatewayVerb(PlanVerb):
    """A verb about the gateways of a plan's tenant, which may run beside the plan's own."""

    has_own_subject = True
    result = "stretches"

    @override
    def subject(self, target: Plan) -> str:
        return stretch_subject(target)


class Stretch(GatewayVerb):
    """Makes a gateway server in each cloud, and a tunnel between them."""

    name = "stretch"
    title = "Stretch a network"
    effect = (
        "Join a moved network across both clouds by a pair of gateway servers, so that servers "
        "that have moved and servers that have not reach each other."
    )
    order = 60
    options = (
        Option(
            name="network",
            label="Network",
            default="",
            metavar="NAME",
            help="By its name or id. The only one, if left empty.",
        ),
        *GATEWAY_OPTIONS,
    )

    @override
    def applies_to(self, target: Plan) -> bool:
        return target.state in _STATES

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state not in _STATES or not has_movable_network(plan):
            return WrongState(
                f"No network of {plan.tenant_name} has been moved by plan {plan.pk}.",
                fix="Execute the plan, at least up to cutover.",
            )
        return why_not_now(plan)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        require_needed(options)
        with transaction.atomic():
            stretch = new_stretch(target, options["network"], options)
            return start_job(
                kind=self.name,
                title=f"Stretch network {stretch.network_name} of {target.tenant_name}",
                subject=self.subject(target),
                steps=joining_steps(stretch),
                params={"plan": target.pk, "stretch": stretch.pk},
                requester=requester,
            )
