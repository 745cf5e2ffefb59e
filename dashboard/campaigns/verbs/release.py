"""Release: lets the tenants that are held before cutover go on."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.verbs.base import RunningVerb, job_of, not_running
from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs import operating
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState


class Release(RunningVerb):
    """Begins the cutover of every tenant that is held before it."""

    name = "release"
    title = "Release"
    effect = "Begin the cutover of every tenant of the campaign that is held before it."
    order = 50
    command = "campaign release"
    page_confirmation = "the campaign's name"
    button = "Begin the cutover"
    stay = "Not now"
    touched_title = "Tenants whose servers stop now"
    icon = "play"

    @override
    def touched(self, target: Campaign) -> list[str]:
        return [str(tenant) for tenant in held_tenants(target)]

    @override
    def applies_to(self, target: Campaign) -> bool:
        return held_tenants(target).exists()

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if target.job is None:
            return not_running(target)
        if held_tenants(target).exists():
            return None
        return WrongState(
            f"No tenant of campaign {target} is held.", fix="See what it waits for on its page."
        )

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        held = list(held_tenants(target))
        for tenant in held:
            if tenant.job:
                operating.release_hold(tenant.job, requester=requester)
        job = job_of(target)
        count = len(held)
        write_log(job, f"Released {count} tenant{pluralize(count)} by {requester}.")
        return job


def held_tenants(campaign: Campaign) -> QuerySet[CampaignTenant]:
    """Return the tenants whose move is held before its cutover."""
    return campaign.tenants.filter(job__state=JobState.HELD).select_related("job")
