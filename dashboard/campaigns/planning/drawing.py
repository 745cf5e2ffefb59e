"""Draws up a campaign: rows for it, its waves and its tenants. Calls no cloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dashboard.campaigns.models import LONGEST_NAME, Campaign, CampaignTenant, Wave
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, fields_of
from dashboard.errors import BadInput, WrongState
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.options import chosen_values
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.planning.moves import Move, why_not_move
from dashboard.migrations_app.planning.options import PLAN_OPTIONS


@dataclass(frozen=True, kw_only=True)
class TenantDrawing:
    """A tenant of a wave, with the options and mappings of its plan."""

    tenant: Tenant
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class WaveDrawing:
    """A wave with its tenants in order; ``options`` as in ``WAVE_OPTIONS``."""

    name: str
    tenants: Sequence[TenantDrawing]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A campaign before it is rows."""

    name: str
    source: Cloud
    destination: Cloud
    waves: Sequence[WaveDrawing]
    hosts: str = Campaign.Hosts.NEVER


def draw_up(drawing: Drawing, requester: Requester = NOBODY) -> Campaign:
    """Store a campaign, all or nothing. Raises ``BadInput`` for what cannot be."""
    name = drawing.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A campaign's name has 1 to {LONGEST_NAME} characters.", fix="Name it.")
    if drawing.source == drawing.destination:
        raise BadInput("The source and the destination are the same cloud.", fix="Choose two.")
    if Campaign.objects.filter(name=name).exists():
        raise WrongState(f"There is a campaign {name!r} already.", fix="Choose another name.")
    _require_known(drawing.hosts)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            name=name,
            source=drawing.source,
            destination=drawing.destination,
            hosts=drawing.hosts,
            created_by=requester.user,
        )
        for wave in drawing.waves:
            add_tenants(_new_wave(campaign, wave), wave.tenants)
    return campaign


def _require_known(hosts: str) -> None:
    if hosts not in Campaign.Hosts.values:
        known = ", ".join(Campaign.Hosts.values)
        raise BadInput(f"hosts cannot be {hosts!r}.", fix=f"It is one of: {known}.")


def _new_wave(campaign: Campaign, drawing: WaveDrawing) -> Wave:
    values = chosen_values(WAVE_OPTIONS, drawing.options, of=f"Wave {drawing.name}")
    return new_wave(campaign, drawing.name, **fields_of(values))


def new_wave(campaign: Campaign, name: str, **fields: Any) -> Wave:
    """Add a wave at the end of a campaign. Raises ``BadInput`` for a name that cannot be."""
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"A wave's name has 1 to {LONGEST_NAME} characters.", fix="Name it.")
    if campaign.waves.filter(name=name).exists():
        raise BadInput(f"Two waves are named {name!r}.", fix="Choose another name.")
    return Wave.objects.create(
        campaign=campaign, name=name, ordinal=1 + campaign.waves.count(), **fields
    )


def add_tenants(wave: Wave, drawings: Sequence[TenantDrawing]) -> None:
    """Add tenants at the end of a wave.

    Raises ``BadInput`` for one that is in the campaign already, is of another cloud, or whose
    options or mappings cannot be.
    """
    campaign = wave.campaign
    known = set(campaign.tenants.values_list("project_id", flat=True))
    rows = []
    for ordinal, drawing in enumerate(drawings, start=1 + wave.tenants.count()):
        _require_possible(campaign, drawing, known)
        known.add(drawing.tenant.project_id)
        rows.append(_row(wave, ordinal, drawing))
    CampaignTenant.objects.bulk_create(rows)


def _require_possible(campaign: Campaign, drawing: TenantDrawing, known: set[str]) -> None:
    tenant = drawing.tenant
    if tenant.cloud_id != campaign.source_id:
        raise BadInput(
            f"Tenant {tenant} is on {tenant.cloud}, not on {campaign.source}.",
            fix="Draw up a campaign for each source.",
        )
    if tenant.project_id in known:
        raise BadInput(f"Tenant {tenant} is in the campaign twice.", fix="Name it once.")
    move = Move(tenant=tenant, destination=campaign.destination, choices=drawing.choices)
    if refused := why_not_move(move):
        raise refused


def _row(wave: Wave, ordinal: int, drawing: TenantDrawing) -> CampaignTenant:
    tenant = drawing.tenant
    return CampaignTenant(
        campaign=wave.campaign,
        wave=wave,
        ordinal=ordinal,
        project_id=tenant.project_id,
        name=tenant.name,
        domain_name=tenant.domain_name,
        options=chosen_values(PLAN_OPTIONS, drawing.options, of=f"The plan of {tenant}"),
        choices=dict(drawing.choices),
    )
