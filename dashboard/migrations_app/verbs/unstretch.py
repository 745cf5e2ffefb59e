"""Unstretch: removes the gateway servers of a tenant's networks."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.work import (
    open_stretches,
    parting_steps,
    why_not_now,
)
from dashboard.migrations_app.verbs.stretch import GatewayVerb


class StretchedVerb(GatewayVerb):
    """A verb about gateways that there are."""

    @override
    def applies_to(self, target: Plan) -> bool:
        return bool(open_stretches(target))

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        return not_stretched(plan) or why_not_now(plan)


class Unstretch(StretchedVerb):
    """Removes all gateways of the tenant's networks from both clouds."""

    name = "unstretch"
    title = "Part the networks"
    effect = (
        "Remove the gateway servers of the tenant's networks from both clouds. Servers of one "
        "cloud no longer reach those of the other by them."
    )
    order = 62

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_job(
            kind=self.name,
            title=f"Part the networks of {target.tenant_name}",
            subject=self.subject(target),
            steps=parting_steps(open_stretches(target)),
            params={"plan": target.pk},
            requester=requester,
        )


def not_stretched(plan: Plan) -> WrongState | None:
    """Return that no network of the plan's tenant is joined, None when one is."""
    if open_stretches(plan):
        return None
    return WrongState(
        f"No network of {plan.tenant_name} is stretched.", fix="Stretch one of them first."
    )
