"""How a campaign will go, as it is stored: the simulation of its rows and of what was read."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.running.tenants import moved_projects
from dashboard.campaigns.simulation.deciding import Candidate, Rules
from dashboard.campaigns.simulation.needs import Needs, needs_from
from dashboard.campaigns.simulation.room import CloudRoom
from dashboard.campaigns.simulation.simulate import (
    ARRIVE,
    BEGIN,
    END,
    FREE,
    Pace,
    SimulatedHost,
    SimulatedTenant,
    SimulatedWave,
    Simulation,
    Simulator,
)

State = CampaignTenant.State


def rules_of(wave: Wave, *, is_stopped: bool = False) -> Rules:
    """Return the rules of a wave as decisions take them."""
    return Rules(
        tenants_at_once=wave.tenants_at_once,
        starts_at=wave.starts_at,
        window=wave.window,
        is_stopped=is_stopped,
    )


def candidate_of(tenant: CampaignTenant) -> Candidate:
    """Return a tenant as decisions take it."""
    return Candidate(key=tenant.pk, name=tenant.name, group=tenant.shares_with)


def forecast_of(
    campaign: Campaign, room: CloudRoom, hosts: Sequence[SimulatedHost]
) -> dict[str, Any]:
    """Return as JSON when each tenant begins and ends, which hosts leave, and who is left."""
    simulator = Simulator(
        room, hosts, frees_hosts=campaign.hosts != Campaign.Hosts.NEVER, pace=Pace()
    )
    found = simulator.run(_waves(campaign), start=timezone.now())
    return {
        "tenants": _times(found, BEGIN, END),
        "hosts": _times(found, FREE, ARRIVE),
        "left": found.left,
        "stops_at": found.stops_at,
        "ends_at": found.ends_at.isoformat() if found.ends_at else "",
    }


def _waves(campaign: Campaign) -> list[SimulatedWave]:
    waiting = campaign.tenants.filter(state=State.WAITING).order_by("ordinal", "pk")
    moved = moved_projects(campaign)
    return [
        SimulatedWave(
            name=wave.name,
            rules=rules_of(wave),
            share=wave.share,
            cutover_at=wave.cutover_at,
            tenants=[
                _simulated(tenant, has_moved=tenant.project_id in moved)
                for tenant in waiting.filter(wave=wave)
            ],
        )
        for wave in campaign.waves.all()
    ]


def _simulated(tenant: CampaignTenant, *, has_moved: bool) -> SimulatedTenant:
    needs = Needs() if has_moved else needs_from(tenant.needs)
    return SimulatedTenant(candidate=candidate_of(tenant), needs=needs, has_moved=has_moved)


def _times(found: Simulation, begin: str, end: str) -> dict[str, list[str]]:
    """Return by its key, or a host's name, when each begins and ends."""
    times: dict[str, list[str]] = {}
    for event in found.events:
        if event.kind in (begin, end):
            name = str(event.key) if event.key else event.name
            times.setdefault(name, []).append(event.at.isoformat(timespec="seconds"))
    return times
