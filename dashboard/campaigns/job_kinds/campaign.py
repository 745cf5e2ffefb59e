"""The job that runs a campaign."""

from datetime import datetime
from typing import NoReturn

from django.utils import timezone
from typing_extensions import override

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.running.hosts import free_host
from dashboard.campaigns.running.looking import Look, look_at, store_wait
from dashboard.campaigns.running.room import RoomCounter, RoomUnknown
from dashboard.errors import NeedsOperator, NotYet, PumphouseError
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import Requester, requester_of
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState

State = CampaignTenant.State
SECONDS_BETWEEN_LOOKS = 60.0
"""So long that the worker is free in between; the end of what it waits for wakes it sooner."""


class CampaignKind(JobKind):
    """Looks at the campaign again and again, until all of its tenants have ended."""

    name = "campaign"
    permission = Action.EXECUTE

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Look once. Raises ``NotYet`` while something is under way or waits."""
        campaign, requester = campaign_of(step.job), requester_of(step.job)
        look = _look(campaign, requester)
        ended = campaign.tenants.filter(state__in=CampaignTenant.ENDED).count()
        context.progress(ended, campaign.tenants.count(), "")
        if not look.has_ended:
            _wait(campaign, look, requester)
        store_wait(campaign, "")
        _require_all_moved(campaign)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="campaign")
        campaign = campaign_of(job)
        moved = campaign.tenants.filter(state=State.MOVED).count()
        return Event(
            name="campaign.finished",
            severity=Severity.SUCCESS,
            sentence=f"Campaign {campaign} has ended: {moved} tenants moved from "
            f"{campaign.source} to {campaign.destination}.",
        )


def _look(campaign: Campaign, requester: Requester) -> Look:
    """Look once; where that needs the destination's room, read it before."""
    counter = RoomCounter(campaign)
    try:
        return look_at(campaign, requester, take=counter)
    except RoomUnknown:
        try:
            counter.read()
        except PumphouseError as error:
            words = f"the room of {campaign.destination}, which cannot be read: {error.sentence}"
            raise NotYet(words, seconds=SECONDS_BETWEEN_LOOKS) from None
        return look_at(campaign, requester, take=counter)


def _wait(campaign: Campaign, look: Look, requester: Requester) -> NoReturn:
    """Free a host where one is needed, and raise ``NotYet`` with all that is waited for."""
    try:
        words = free_host(campaign, look.missing, requester)
    except PumphouseError as error:
        words = f"the hosts of {campaign.source}, which cannot be read: {error.sentence}"
    campaign.refresh_from_db()
    store_wait(campaign, "; ".join(filter(None, (look.waits_for, words))))
    seconds = _seconds_until(look.again_at)
    raise NotYet(campaign.waits_for, seconds=seconds, since=campaign.waits_since)


def campaign_of(job: Job) -> Campaign:
    """Return the campaign that a job is about, with its clouds."""
    campaigns = Campaign.objects.select_related("source", "destination", "job")
    return campaigns.get(pk=job.params["campaign"])


def _seconds_until(moment: datetime | None) -> float:
    """Return the seconds until the next look: never so few that a worker would wait for them."""
    if moment is None:
        return SECONDS_BETWEEN_LOOKS
    return max(SECONDS_BETWEEN_LOOKS, (moment - timezone.now()).total_seconds())


def _require_all_moved(campaign: Campaign) -> None:
    """Raise ``NeedsOperator`` that counts the tenants which did not move."""
    names = campaign.tenants.filter(state=State.FAILED).values_list("name", flat=True)
    waiting = campaign.tenants.filter(state=State.WAITING).count()
    if not names and not waiting:
        return
    rest = f", and {waiting} did not begin" if waiting else ""
    raise NeedsOperator(
        f"{len(names)} of {campaign.tenants.count()} tenants failed: {', '.join(names[:5])}{rest}.",
        fix="See why on the campaign's page, do what it says, then resume the campaign.",
    )
