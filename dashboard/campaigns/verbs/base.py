"""What the verbs of campaigns share, and which there are."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState
from dashboard.jobs.verb import Verb, verbs_of

TENANTS = Option(
    name="tenants",
    label="Tenants, by name or id, with commas between",
    default=[],
    metavar="TENANT",
)
WAVE = Option(name="wave", label="Wave", default="", metavar="NAME")


class CampaignVerb(Verb[Campaign]):
    """A verb of a campaign. Its answer is the campaign's job, whatever it does to it."""

    kind = "campaign"
    shows_job = False

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


def without_tenants(campaign: Campaign) -> WrongState | None:
    """Return the refusal of a campaign that has nothing to move, None for one that has."""
    if campaign.tenants.exists():
        return None
    return WrongState(f"Campaign {campaign} has no tenants.", fix="Add some to it first.")


def not_running(campaign: Campaign) -> WrongState:
    """Return the refusal of what only a running campaign can do."""
    has_ended = campaign.job is not None and campaign.job.state != JobState.DONE
    return WrongState(
        f"Campaign {campaign} does not run: it is {campaign.state_words.lower()}.",
        fix="Resume it first." if has_ended else "Start it first.",
    )


class RunningVerb(CampaignVerb):
    """A verb of a campaign whose own job may be at work: its rows alone say whether it can be."""

    @override
    def why_not(self, target: Campaign) -> PumphouseError | None:
        return self.refusal(target)

    @override
    def applies_to(self, target: Campaign) -> bool:
        return self.refusal(target) is None


class ChangeVerb(RunningVerb):
    """A verb that changes a campaign which was started: what has begun goes on as it was."""

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if target.job is not None and target.job.state != JobState.DONE:
            return None
        if target.job is None:
            fix = "Start it first; or export it, edit the file, and draw it up by another name."
            return WrongState(f"Campaign {target} was not started.", fix=fix)
        return WrongState(f"Campaign {target} has ended.", fix="Draw up another one.")

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        self.change(target, requester, options)
        return job_of(target)

    def change(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> None:
        """Change its rows, and tell its job."""
        raise NotImplementedError


@cache
def campaign_verbs() -> Sequence[CampaignVerb]:
    """Return the verbs of a campaign in their order."""
    return verbs_of(CampaignVerb)
