"""The job that reads both clouds for a campaign, and foretells how it will go."""

from typing_extensions import override

from dashboard.campaigns.job_kinds.campaign import campaign_of
from dashboard.campaigns.running.survey import survey
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class SurveyCampaign(JobKind):
    """Stores what the tenants take and share, and the forecast."""

    name = "survey_campaign"
    permission = Action.PLAN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        campaign = campaign_of(step.job)
        survey(campaign)
        found = campaign.reading
        context.log(
            f"{len(found['tenants'])} tenants will move, {len(found['hosts'])} hosts on the way; "
            f"{len(found['left'])} tenants will not."
        )
