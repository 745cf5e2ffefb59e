"""What the verbs of campaigns share, and which there are."""

from collections.abc import Sequence
from functools import cache

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.errors import WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.jobs.verb import Verb, verbs_of


class CampaignVerb(Verb[Campaign]):
    """A verb of a campaign. Its answer is the campaign's job, whatever it does to it."""

    kind = "campaign"

    @override
    def subject(self, target: Campaign) -> str:
        return target.subject

    @override
    def to_type(self, target: Campaign) -> str:
        return target.name if self.typed_on_pages else ""


def running_job(campaign: Campaign) -> Job | None:
    """Return the campaign's job while it may still change by itself."""
    job = campaign.job
    return job if job and job.is_active else None


def job_of(campaign: Campaign) -> Job:
    """Return the job of a campaign that was started, as the database has it now."""
    return Job.objects.get(pk=campaign.job_id or 0)


def not_running(campaign: Campaign) -> WrongState:
    """Return the refusal of what only a running campaign can do."""
    has_ended = campaign.job is not None and campaign.job.state != JobState.DONE
    return WrongState(
        f"Campaign {campaign} does not run: it is {campaign.state_words.lower()}.",
        fix="Resume it first." if has_ended else "Start it first.",
    )


@cache
def campaign_verbs() -> Sequence[CampaignVerb]:
    """Return the verbs of a campaign in their order."""
    return verbs_of(CampaignVerb)
