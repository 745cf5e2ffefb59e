"""What the command line shows of a campaign."""

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.report import LABELS, counts_of, state_of, tenants_of
from dashboard.cli.console import Console


def print_campaign(campaign: Campaign, console: Console) -> None:
    """Print how a campaign stands, with a row for each tenant."""
    tenants = tenants_of(campaign)
    found = counts_of(campaign).items()
    counts = ", ".join(f"{count} {LABELS[state].lower()}" for state, count in found)
    route = f"{campaign.source} to {campaign.destination}"
    console.print(f"Campaign {campaign.pk} {campaign} ({route}): {campaign.state}. {counts}.")
    if campaign.waits_for:
        console.print(f"Waits for {campaign.waits_for}.")
    rows = [
        (each.wave, each, state_of(each).replace("_", " "), each.plan_id or "", each.explanation)
        for each in tenants
    ]
    console.print_table("Wave", "Tenant", "State", "Plan", "", rows=rows)
