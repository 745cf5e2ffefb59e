"""The campaigns on the home page: those on their way, and the hosts for which they ask."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from dashboard.campaigns.models import Campaign, CampaignHost, CampaignTenant
from dashboard.jobs.states import JobState
from dashboard.jobs.views.pages import PageRequest

SHOWN = 10
State = CampaignTenant.State


def campaign_panel(_request: PageRequest) -> dict[str, Any]:
    """Return the campaigns that are on their way, the latest first, with their counts."""
    campaigns = on_their_way()[:SHOWN]
    return {"campaigns": campaigns} if campaigns else {}


def on_their_way() -> QuerySet[Campaign]:
    """Return the campaigns whose job is active, with how far their tenants are."""
    counted = {
        "size": Count("tenants", distinct=True),
        "moved": _count(State.MOVED),
        "begun": _count(*CampaignTenant.BEGUN),
        "failed": _count(State.FAILED),
        "held": Count("tenants", distinct=True, filter=Q(tenants__job__state=JobState.HELD)),
        "asked": Count(
            "freed_hosts", distinct=True, filter=Q(freed_hosts__state=CampaignHost.State.ASKS)
        ),
    }
    running = Campaign.objects.filter(job__active_subject__isnull=False)
    return running.select_related("source", "destination", "job").annotate(**counted)


def waiting_hosts() -> Sequence[QuerySet[Any]]:
    """Return the query for the hosts that wait for a confirmation: the header counts them.

    A campaign that was cancelled asks for none until it is resumed.
    """
    asked = CampaignHost.objects.filter(state=CampaignHost.State.ASKS)
    return [asked.filter(campaign__job__active_subject__isnull=False).values("pk")]


def _count(*states: str) -> Count:
    return Count("tenants", distinct=True, filter=Q(tenants__state__in=states))
