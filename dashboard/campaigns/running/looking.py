"""One look at a campaign: follows what has begun, and begins what may begin now.

Idempotent, and quick: rows alone say how far everything is. Many may look at once; the campaign's
row is locked meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.running.forecast import candidate_of, rules_of
from dashboard.campaigns.running.tenants import Take, begin, follow, moved_projects
from dashboard.campaigns.simulation.deciding import Candidate, Decision, decide
from dashboard.campaigns.simulation.room import Missing
from dashboard.errors import Conflict
from dashboard.jobs.requester import Requester

State = CampaignTenant.State


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look has found.

    ``has_ended`` is whether nothing is left that could begin or end; ``waits_for`` what it waits
    for; ``missing`` what tenants lack of room; ``again_at`` when time alone changes it.
    """

    has_ended: bool
    waits_for: str = ""
    missing: Sequence[Missing] = ()
    again_at: datetime | None = None


def look_at(campaign: Campaign, requester: Requester, *, take: Take) -> Look:
    """Follow the tenants that have begun, begin those that may, and return how it stands."""
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
        tenants = list(
            locked.tenants.select_related(
                "wave", "job", "plan", "campaign__source", "campaign__destination"
            )
        )
        for tenant in tenants:
            _follow(tenant, requester, take)
        look = None
        while look is None:
            wave = _current(tenants)
            if wave is None:
                look = Look(has_ended=True)
            else:
                look = _look_at_wave(locked, wave, tenants, requester, take)
    return look


def _follow(tenant: CampaignTenant, requester: Requester, take: Take) -> None:
    try:
        follow(tenant, requester, take)
    except Conflict as conflict:  # somebody else works on the tenant just now
        tenant.explanation = conflict.sentence
        tenant.save(update_fields=["explanation"])


def _current(tenants: Sequence[CampaignTenant]) -> Wave | None:
    """Return the first wave that has tenants which have not ended; None when all have.

    A wave that stopped keeps the later ones back while somebody may still resume it.
    """
    for tenant in tenants:
        is_open = tenant.state not in CampaignTenant.ENDED
        if is_open or _stops(tenant):
            return tenant.wave
    return None


def _stops(tenant: CampaignTenant) -> bool:
    return tenant.state == State.FAILED and tenant.wave.on_failure == Wave.OnFailure.STOP


def _look_at_wave(
    campaign: Campaign,
    wave: Wave,
    tenants: Sequence[CampaignTenant],
    requester: Requester,
    take: Take,
) -> Look | None:
    """Begin what may begin in a wave, and return how it stands.

    None where a tenant has ended by that alone, as one that was moved before: more may begin.
    """
    mine = [tenant for tenant in tenants if tenant.wave_id == wave.pk]
    decision = _decide(campaign, wave, mine, take)
    by_key = {tenant.pk: tenant for tenant in mine}
    for candidate in decision.begin:
        _begin(by_key[candidate.key], requester)
    for key, reason in decision.reasons.items():
        by_key[key].move_to(State.WAITING, explanation=reason)
    if any(by_key[each.key].state in CampaignTenant.ENDED for each in decision.begin):
        return None
    begun = [tenant for tenant in mine if tenant.state in CampaignTenant.BEGUN]
    words = _words(wave, begun, decision)
    if not begun and not decision.begin and any(map(_stops, mine)):
        return Look(has_ended=True, waits_for=words)
    return Look(
        has_ended=False,
        waits_for=words,
        missing=decision.missing,
        again_at=decision.again_at,
    )


def _decide(
    campaign: Campaign, wave: Wave, tenants: Sequence[CampaignTenant], take: Take
) -> Decision:
    if campaign.paused_at:
        return Decision(waits_for="It is paused")
    by_key, moved = {tenant.pk: tenant for tenant in tenants}, moved_projects(campaign)

    def take_unmoved(candidate: Candidate) -> Missing | None:
        tenant = by_key[candidate.key]
        return None if tenant.project_id in moved else take(tenant)

    return decide(
        rules_of(wave, is_stopped=any(map(_stops, tenants))),
        [candidate_of(tenant) for tenant in tenants if tenant.state == State.WAITING],
        [candidate_of(tenant) for tenant in tenants if tenant.state in CampaignTenant.BEGUN],
        now=timezone.now(),
        take=take_unmoved,
    )


def _begin(tenant: CampaignTenant, requester: Requester) -> None:
    try:
        begin(tenant, requester)
    except Conflict as conflict:
        tenant.move_to(State.WAITING, explanation=conflict.sentence, started_at=None)


def _words(wave: Wave, begun: Sequence[CampaignTenant], decision: Decision) -> str:
    names = ", ".join(tenant.name for tenant in begun[:3])
    more = f" and {len(begun) - 3} more" if len(begun) > 3 else ""
    parts = [f"{names}{more}" if begun else "", decision.waits_for]
    if decision.is_short:
        parts.append("room on the destination")
    return f"{wave.name}: {'; '.join(filter(None, parts)) or 'the next look'}"


def store_wait(campaign: Campaign, waits_for: str) -> None:
    """Store what a campaign waits for, and since when if that is something else than before."""
    if campaign.waits_for != waits_for:
        campaign.waits_for, campaign.waits_since = waits_for, timezone.now()
        campaign.save(update_fields=["waits_for", "waits_since"])
