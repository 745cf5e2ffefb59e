"""The pages about campaigns: the list, and one campaign with its waves and its report."""

from collections import defaultdict
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.planning.csv_files import write_csv
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, options_of
from dashboard.campaigns.report import LABELS, counts_of, report_csv, report_of, state_of
from dashboard.campaigns.verbs.base import campaign_verbs
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.jobs.views.pages import PageRequest, cut
from dashboard.jobs.views.verb_pages import available_actions

TENANTS_SHOWN = 100
LEFT_SHOWN = 20
GOING_ON = CampaignTenant.BEGUN | {JobState.HELD}
"""Of tenants: also of a campaign that was cancelled, whose page then still changes."""
_CSV = "text/csv; charset=utf-8"


def campaign_list(request: PageRequest) -> HttpResponse:
    """Show all campaigns, the latest first."""
    campaigns = Campaign.objects.select_related("source", "destination", "job", "created_by")
    page = cut(campaigns, request)
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    shown = CampaignTenant.objects.filter(campaign__in=[each.pk for each in page]).order_by()
    by_state = shown.values_list("campaign", "state").annotate(number=Count("pk"))
    for campaign_id, state, number in by_state:
        counts[campaign_id][state] = number
    for campaign in page:
        campaign.counts = counts[campaign.pk]
        campaign.size = sum(campaign.counts.values())
    return render(request, "campaigns/list.html", {"page": page, "section": "campaigns"})


def campaign_page(request: PageRequest, campaign_id: int) -> HttpResponse:
    """Show one campaign: how it stands, what it waits for, its waves and their tenants."""
    campaign = campaign_or_404(campaign_id)
    about = {**_live(request, campaign), "section": "campaigns"}
    return render(request, "campaigns/campaign.html", about)


def campaign_live(request: PageRequest, campaign_id: int) -> HttpResponse:
    """Return the part of a campaign's page that changes by itself; its actions only where they are
    others than the page has, so that nothing is taken from whoever fills them in."""
    about = _live(request, campaign_or_404(campaign_id))
    about["has_other_actions"] = request.GET.get("known") != about["known"]
    return render(request, "campaigns/_live.html", about)


def campaign_report(_request: PageRequest, campaign_id: int) -> HttpResponse:
    """Return the report as a CSV file."""
    campaign = campaign_or_404(campaign_id)
    return _file(report_csv(campaign), f"campaign-{campaign.pk}-report.csv")


def campaign_export(_request: PageRequest, campaign_id: int) -> HttpResponse:
    """Return the campaign as the CSV file from which it could be drawn up."""
    campaign = campaign_or_404(campaign_id)
    return _file(write_csv(campaign), f"campaign-{campaign.pk}.csv")


def campaign_json(_request: PageRequest, campaign_id: int) -> HttpResponse:
    """Return the report as JSON."""
    return JsonResponse(report_of(campaign_or_404(campaign_id)))


def campaign_or_404(campaign_id: int) -> Campaign:
    """Return a campaign with its clouds and its job, or respond with 404."""
    clouds = ("source", "destination")
    rows = Campaign.objects.select_related(*clouds, "job", "survey_job", "created_by")
    return get_object_or_404(rows, pk=campaign_id)


def _file(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=_CSV, headers=headers)


def _live(request: PageRequest, campaign: Campaign) -> dict[str, Any]:
    counts, actions = counts_of(campaign), _actions(request, campaign)
    tenants = campaign.tenants.select_related("wave", "job", "plan")
    page = cut(tenants, request, size=TENANTS_SHOWN, count=sum(counts.values()))
    page.object_list = list(page.object_list)
    forecast = campaign.reading
    expected = forecast.get("tenants", {})
    for tenant in page:
        tenant.shown_state = state_of(tenant)
        tenant.expected = [_read(each) for each in expected.get(str(tenant.pk), ())]
    waves = [
        (wave, rules_of(wave), list(group))
        for wave, group in groupby(page, key=lambda tenant: tenant.wave)
    ]
    return {
        **actions,
        "goes_on": actions["active_job"] or not GOING_ON.isdisjoint(counts),
        "campaign": campaign,
        "page": page,
        "waves": waves,
        "wave_names": list(dict.fromkeys(campaign.waves.values_list("name", flat=True))),
        "can_change": campaign.job is None or campaign.job.state != JobState.DONE,
        "forecast": forecast,
        "forecast_ends_at": _read(forecast["ends_at"]) if forecast.get("ends_at") else None,
        "forecast_hosts": [
            (name, [_read(each) for each in times])
            for name, times in forecast.get("hosts", {}).items()
        ],
        "left": sorted(forecast.get("left", {}).items())[:LEFT_SHOWN],
        "hosts": list(campaign.freed_hosts.select_related("plan")),
        "counts": [(LABELS[state], counts[state]) for state in counts],
        "size": sum(counts.values()),
    }


def _actions(request: PageRequest, campaign: Campaign) -> dict[str, Any]:
    """Return what can be done now, in words to tell it from what could be before, and the job at
    work: before the campaign's own job one that reads both clouds, which others wait for."""
    active = Job.objects.filter(active_subject=campaign.subject).first()
    before = active if campaign.job is None else None
    actions = available_actions(campaign_verbs(), campaign, request.user, active=before)
    known = " ".join(f"{each.verb.name}:{each.refusal is None:d}" for each in actions)
    return {"actions": actions, "known": known, "active_job": active}


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def rules_of(wave: Wave) -> list[str]:
    """Return the rules of a wave that differ from what is usual, in a few words each."""
    found = options_of(wave)
    return [
        f"{option.label}: {_words(option.choices, found[option.name])}"
        for option in WAVE_OPTIONS
        if found[option.name] != option.default
    ]


def _words(choices: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M %Z}"
    return str(choices.get(value, value))
