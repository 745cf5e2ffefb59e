"""The report of a campaign: what was expected beside what happened, throughput, and its servers."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.report import LABELS, counts_of, expected_of, jobs_of, totals_of
from dashboard.campaigns.views.campaigns import campaign_or_404
from dashboard.jobs.chain_rows import rows_of_several
from dashboard.jobs.models import JobServer
from dashboard.jobs.views.chain_files import csv_of_several
from dashboard.jobs.views.pages import PageRequest, cut

SERVERS_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class WaveTimes:
    """When a wave was expected to begin and end, and when it did; None where nobody knows yet."""

    wave: Wave
    tenants: int
    moved: int
    expected: tuple[datetime | None, datetime | None]
    happened: tuple[datetime | None, datetime | None]

    @property
    def late(self) -> float | None:
        """By how many seconds it ended later than expected, less than 0 if it was earlier."""
        expected, ended = self.expected[1], self.happened[1]
        return (ended - expected).total_seconds() if expected and ended else None


def report_page(request: PageRequest, campaign_id: int) -> HttpResponse:
    """Show the report of a campaign."""
    campaign = campaign_or_404(campaign_id)
    counts, totals = counts_of(campaign), totals_of(campaign)
    servers = JobServer.objects.filter(job__in=[job.pk for job in jobs_of(campaign)])
    page = cut(
        servers.select_related("job").order_by("job", "ordinal"), request, size=SERVERS_SHOWN
    )
    about = {
        "campaign": campaign,
        "size": sum(counts.values()),
        "counts": [(LABELS[state], count) for state, count in counts.items()],
        "totals": totals,
        "seconds": totals["hours"] * 3600,
        "waves": _waves(campaign),
        "page": page,
        "servers": rows_of_several(list(page.object_list)),
        "section": "campaigns",
    }
    return render(request, "campaigns/report.html", about)


def servers_file(_request: PageRequest, campaign_id: int) -> HttpResponse:
    """Return what became of all servers of a campaign as a CSV file."""
    campaign = campaign_or_404(campaign_id)
    name = f"campaign-{campaign.pk}-servers.csv"
    answer = StreamingHttpResponse(
        csv_of_several(jobs_of(campaign)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    return cast("HttpResponse", answer)


class _Member(NamedTuple):
    """What the times of a wave take of a tenant: thousands are read for a page."""

    pk: int
    wave: int
    state: str
    started_at: datetime | None
    finished_at: datetime | None


def _waves(campaign: Campaign) -> list[WaveTimes]:
    of_wave: dict[int, list[_Member]] = {}
    for row in campaign.tenants.order_by().values_list(*_Member._fields):
        of_wave.setdefault(row[1], []).append(_Member(*row))
    return [_times(campaign, wave, of_wave.get(wave.pk, [])) for wave in campaign.waves.all()]


def _times(campaign: Campaign, wave: Wave, members: list[_Member]) -> WaveTimes:
    expected = [expected_of(campaign, tenant.pk) for tenant in members]
    begins, ends = ([times[place] for times in expected if times] for place in (0, -1))
    is_over = all(tenant.state in CampaignTenant.ENDED for tenant in members)
    ended = [tenant.finished_at for tenant in members if tenant.finished_at] if is_over else []
    begun = [tenant.started_at for tenant in members if tenant.started_at]
    return WaveTimes(
        wave=wave,
        tenants=len(members),
        moved=sum(tenant.state == CampaignTenant.State.MOVED for tenant in members),
        expected=(min(begins, default=None), max(ends, default=None)),
        happened=(min(begun, default=None), max(ended, default=None)),
    )
