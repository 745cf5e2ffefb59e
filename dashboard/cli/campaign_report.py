"""What the command line shows of a campaign."""

from datetime import datetime

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.report import LABELS, counts_of, state_of, tenants_of
from dashboard.cli.console import Console
from dashboard.cli.times import local_time

LEFT_SHOWN = 20


def print_campaign(campaign: Campaign, console: Console) -> None:
    """Print how a campaign stands, with a row for each tenant."""
    tenants = tenants_of(campaign)
    found = counts_of(campaign).items()
    counts = ", ".join(f"{count} {LABELS[state].lower()}" for state, count in found)
    route = f"{campaign.source} to {campaign.destination}"
    console.print(f"Campaign {campaign.pk} {campaign} ({route}): {campaign.state}. {counts}.")
    if campaign.waits_for:
        console.print(f"Waits for {campaign.waits_for}.")
    _print_forecast(campaign, console)
    rows = [
        (each.wave, each, state_of(each).replace("_", " "), each.plan_id or "", each.explanation)
        for each in tenants
    ]
    console.print_table("Wave", "Tenant", "State", "Plan", "", rows=rows)


def _print_forecast(campaign: Campaign, console: Console) -> None:
    """Print how it will go by what was read of both clouds, and where it cannot go on."""
    if campaign.survey_job and campaign.survey_job.is_active:
        console.print(f"Both clouds are being read: see pumphouse campaign status {campaign.pk}.")
    elif campaign.read_at:
        found = campaign.reading
        moved, hosts, left = (found[name] for name in ("tenants", "hosts", "left"))
        read, ends = campaign.read_at, datetime.fromisoformat(found["ends_at"])
        console.print(
            f"Forecast of {local_time(read)}: it ends by {local_time(ends)}. "
            f"Tenants that move: {len(moved)}, that do not: {len(left)}; hosts: {len(hosts)}."
        )
        for name, why in sorted(left.items())[:LEFT_SHOWN]:
            console.print(f"  {name}: {why}.")
