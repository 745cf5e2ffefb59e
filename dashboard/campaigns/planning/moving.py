"""Putting tenants into waves of a campaign, before it is started and while it runs."""

from collections.abc import Sequence

from django.db import transaction

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.changing import changed, require_open, wave_of
from dashboard.campaigns.planning.drawing import TenantDrawing, add_tenants
from dashboard.errors import BadInput, WrongState
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Tenant

MOVABLE = (CampaignTenant.State.WAITING, CampaignTenant.State.TAKEN_OUT)


def require_changeable(campaign: Campaign) -> None:
    """Raise ``WrongState`` for a campaign that has ended."""
    if campaign.job is not None and campaign.job.state == JobState.DONE:
        raise WrongState(f"Campaign {campaign} has ended.", fix="Draw up another one.")


def add_to_wave(
    campaign: Campaign, name: str, tenants: Sequence[Tenant], requester: Requester
) -> None:
    """Put tenants at the end of a wave, also of a new name. Raises as ``add_tenants``."""
    require_changeable(campaign)
    with transaction.atomic():
        wave = wave_of(campaign, name, makes=True)
        require_open(wave)
        add_tenants(wave, [TenantDrawing(tenant=tenant) for tenant in tenants])
    changed(campaign, f"Added to {wave} by {requester}: {_names(tenants)}.")


def move_to_wave(
    campaign: Campaign, name: str, tenants: Sequence[CampaignTenant], requester: Requester
) -> None:
    """Move tenants that have not begun to the end of another wave, also of a new name.

    Raises ``WrongState`` for one that has begun, and for a wave that is over.
    """
    require_changeable(campaign)
    if not tenants:
        raise BadInput("No tenant was named.", fix="Name those to move.")
    with transaction.atomic():
        wave = wave_of(campaign, name, makes=True)
        require_open(wave)
        rows = CampaignTenant.objects.select_for_update().filter(pk__in=[t.pk for t in tenants])
        for row in rows:
            if row.state not in MOVABLE:
                raise WrongState(
                    f"{row} is {row.get_state_display().lower()}.",
                    fix="Only who has not begun can be moved to another wave.",
                )
        last = wave.tenants.order_by("-ordinal").values_list("ordinal", flat=True).first() or 0
        for ordinal, tenant in enumerate(tenants, start=last + 1):
            state = CampaignTenant.State.WAITING
            fields = {"wave": wave, "ordinal": ordinal, "state": state, "explanation": ""}
            CampaignTenant.objects.filter(pk=tenant.pk).update(**fields)
    changed(campaign, f"Moved to {wave} by {requester}: {_names(tenants)}.")


def _names(tenants: Sequence[Tenant | CampaignTenant]) -> str:
    return ", ".join(map(str, tenants))
