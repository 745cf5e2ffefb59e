"""What a campaign has done so far: for its page, the API, the command line and as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.wave_options import options_of
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, subject_of
from dashboard.spreadsheets import cell

COLUMNS = (
    "wave",
    "tenant",
    "project_id",
    "domain",
    "state",
    "explanation",
    "plan",
    "job",
    "expected_start",
    "expected_end",
    "started_at",
    "finished_at",
    "servers",
    "gib",
)


def tenants_of(campaign: Campaign) -> list[CampaignTenant]:
    """Return the campaign's tenants in order, with what the report tells of each."""
    return list(campaign.tenants.select_related("wave", "job", "plan"))


LABELS = {**dict(CampaignTenant.State.choices), str(JobState.HELD): "Held before cutover"}


def counts_of(campaign: Campaign) -> dict[str, int]:
    """Return how many tenants are in each state of ``state_of`` that any of them is in."""
    rows = campaign.tenants.order_by().values_list("state", "job__state")
    counts: Counter[str] = Counter()
    for state, of_job, number in rows.annotate(number=Count("pk")):
        counts[_shown(state, of_job)] += number
    return {state: counts[state] for state in LABELS if counts[state]}


def state_of(tenant: CampaignTenant) -> str:
    """Return a tenant's state; one whose job is held before cutover is held."""
    return _shown(tenant.state, tenant.job.state if tenant.job else None)


def _shown(state: str, of_job: str | None) -> str:
    return str(JobState.HELD) if of_job == JobState.HELD else str(state)


def report_of(campaign: Campaign) -> dict[str, Any]:
    """Return the whole report as JSON."""
    tenants = tenants_of(campaign)
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "source": campaign.source.name,
        "destination": campaign.destination.name,
        "state": campaign.state,
        "hosts": campaign.hosts,
        "job": campaign.job_id,
        "waits_for": campaign.waits_for,
        "waits_since": _moment(campaign.waits_since),
        "counts": counts_of(campaign),
        "totals": totals_of(campaign),
        "forecast": _forecast(campaign),
        "waves": [{"name": wave.name, **_plain(options_of(wave))} for wave in campaign.waves.all()],
        "tenants": [_row(campaign, tenant) for tenant in tenants],
        "freed_hosts": [
            {"name": host.name, "state": host.state, "explanation": host.explanation}
            for host in campaign.freed_hosts.all()
        ],
    }


def _forecast(campaign: Campaign) -> dict[str, Any] | None:
    """Return how it was foretold to go, None if it was not; each tenant's times are beside it."""
    if campaign.read_at is None:
        return None
    found = campaign.reading
    return {
        "read_at": _moment(campaign.read_at),
        "tenants": len(found["tenants"]),
        **{name: found[name] for name in ("ends_at", "hosts", "stops_at", "left")},
    }


def totals_of(campaign: Campaign) -> dict[str, Any]:
    """Return what the campaign has moved so far, and how much an hour if anything has begun.

    Bytes are those that were copied; servers those that are on the destination now.
    """
    plans = campaign.tenants.exclude(plan=None).order_by().values("plan")
    copied = Plan.objects.filter(pk__in=plans).aggregate(all=Sum("bytes_copied"))["all"] or 0
    present = {"type": "server", "state": LedgerEntry.State.PRESENT}
    servers = LedgerEntry.objects.filter(plan__in=plans, **present).count()
    found = campaign.tenants.aggregate(
        begun=Min("started_at"),
        last=Max("finished_at"),
        moved=Count("pk", filter=Q(state=CampaignTenant.State.MOVED)),
    )
    is_over = campaign.job is not None and not campaign.job.is_active
    until = found["last"] if is_over and found["last"] else timezone.now()
    hours = (until - found["begun"]).total_seconds() / 3600 if found["begun"] else 0.0
    amounts = {"tenants": found["moved"], "servers": servers, "bytes": copied}
    rates = {f"{name}_an_hour": amount / hours for name, amount in amounts.items()} if hours else {}
    return {"began_at": _moment(found["begun"]), "hours": hours, **amounts, **rates}


def jobs_of(campaign: Campaign) -> list[Job]:
    """Return the jobs that executed the plans of the campaign's tenants, in their order."""
    planned = campaign.tenants.exclude(plan=None).values_list("project_id", "plan")
    plans = {plan for _, plan in planned}
    subjects = [subject_of(project_id) for project_id, _ in planned]
    jobs = Job.objects.filter(kind="execute", subject__in=subjects).order_by("pk")
    return [job for job in jobs if job.params.get("plan") in plans]


def expected_of(campaign: Campaign, tenant_pk: int) -> list[datetime]:
    """Return when a tenant was expected to begin and to end, [] without a forecast."""
    times = campaign.reading.get("tenants", {}).get(str(tenant_pk), ())
    return [datetime.fromisoformat(each) for each in times]


def report_csv(campaign: Campaign) -> str:
    """Return the report of the tenants as CSV; times are in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for tenant in tenants_of(campaign):
        row = _row(campaign, tenant)
        values = (row[column] for column in COLUMNS)
        writer.writerow(["" if value is None else cell(str(value)) for value in values])
    return out.getvalue()


def _row(campaign: Campaign, tenant: CampaignTenant) -> dict[str, Any]:
    expected = [*map(_moment, expected_of(campaign, tenant.pk)), None, None]
    return {
        "wave": tenant.wave.name,
        "tenant": tenant.name,
        "project_id": tenant.project_id,
        "domain": tenant.domain_name,
        "state": state_of(tenant),
        "explanation": tenant.explanation,
        "plan": tenant.plan_id,
        "job": tenant.job_id,
        "expected_start": expected[0],
        "expected_end": expected[1],
        "started_at": _moment(tenant.started_at),
        "finished_at": _moment(tenant.finished_at),
        "servers": len(tenant.needs.get("servers", ())) if tenant.needs else None,
        "gib": sum(tenant.needs["gib"].values()) if tenant.needs else None,
    }


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _moment(value) if isinstance(value, datetime) else value
        for name, value in options.items()
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
