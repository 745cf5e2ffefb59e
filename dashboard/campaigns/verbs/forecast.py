"""Forecast: reads both clouds, and says how a campaign will go."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.verbs.base import CampaignVerb, without_tenants
from dashboard.errors import PumphouseError
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job


class Forecast(CampaignVerb):
    """Says what the tenants take and share, and how the campaign will go."""

    name = "forecast"
    title = "Forecast"
    effect = (
        "Read both clouds: what the tenants take and share, the room there is, and how the "
        "campaign will go. Tenants that share things are put into one order. Nothing moves."
    )
    order = 10
    kind = "survey_campaign"
    command = "campaign forecast"

    @override
    def applies_to(self, target: Campaign) -> bool:
        return target.job is None

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        return without_tenants(target)

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        with transaction.atomic():
            target.survey_job = start_job(
                kind=self.kind,
                title=f"Forecast of campaign {target.name}",
                subject=target.subject,
                steps=[StepSpec(key="survey", action="survey", title="Read both clouds")],
                params={"campaign": target.pk},
                requester=requester,
            )
            target.save(update_fields=["survey_job"])
        return target.survey_job
