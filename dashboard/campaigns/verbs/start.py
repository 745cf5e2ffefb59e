"""Start: runs a campaign that was drawn up."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.campaigns.models import Campaign, Wave
from dashboard.campaigns.verbs.base import CampaignVerb, without_tenants
from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester, require_permission
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import start_job


class Start(CampaignVerb):
    """Runs a campaign: wave by wave, by its own rules."""

    name = "start"
    title = "Start"
    effect = "Move the campaign's tenants, wave by wave. Servers stop at each tenant's cutover."
    order = 20
    command = "campaign start"
    page_confirmation = "the campaign's name"
    button = "Start"
    stay = "Not now"
    touched_title = "Tenants that move"
    icon = "play"

    @override
    def warning(self, target: Campaign) -> str:
        return (
            f"The tenants below move from {target.source} to {target.destination} in this order. "
            "Their servers stop at cutover, when the rules of their wave allow it."
        )

    @override
    def touched(self, target: Campaign) -> list[str]:
        tenants = target.tenants.select_related("wave")
        return [f"{tenant.wave}: {tenant} ({tenant.domain_name})" for tenant in tenants]

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if (refused := without_tenants(target)) or target.job is None:
            return refused
        return WrongState(
            f"Campaign {target} was started before: it is {target.state_words.lower()}.",
            fix="Resume it, or draw up another one.",
        )

    @override
    def applies_to(self, target: Campaign) -> bool:
        return target.job is None

    @override
    def is_next(self, target: Campaign) -> bool:
        return target.job is None

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        for action in actions_of(target):
            require_permission(requester, action)
        with transaction.atomic():
            target.job = start_job(
                kind=self.kind,
                title=f"Campaign {target.name}",
                subject=target.subject,
                steps=[StepSpec(key="campaign", action="campaign", title="Move the tenants")],
                params={"campaign": target.pk},
                requester=requester,
            )
            target.save(update_fields=["job"])
        return target.job


def actions_of(campaign: Campaign) -> list[Action]:
    """Return what the campaign does by itself, and whoever starts it must be allowed to do."""
    actions = [Action.EXECUTE]
    if campaign.waves.filter(on_failure=Wave.OnFailure.ROLL_BACK).exists():
        actions.append(Action.ROLLBACK)
    if campaign.hosts != Campaign.Hosts.NEVER:
        actions.append(Action.REASSIGN)
    return actions
