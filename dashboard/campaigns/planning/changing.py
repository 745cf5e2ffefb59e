"""What changes of a campaign share: which wave, which tenants, and who is told."""

from collections.abc import Sequence

from django.db.models import Q

from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.campaigns.planning.drawing import new_wave
from dashboard.campaigns.running.waking import wake
from dashboard.errors import BadInput, NotFound, WrongState
from dashboard.jobs.log import write_log


def wave_of(campaign: Campaign, name: str, *, makes: bool = False) -> Wave:
    """Return the wave of that name, the only one without a name; ``makes`` adds one of a new name.

    Raises ``NotFound``, and ``BadInput`` where several could be meant.
    """
    waves = list(campaign.waves.all())
    known = ", ".join(wave.name for wave in waves) or "none"
    if not name and len(waves) == 1:
        return waves[0]
    if not name:
        raise BadInput("Which wave?", fix=f"Name one of: {known}.")
    found = next((wave for wave in waves if wave.name == name), None)
    if found is None and not makes:
        raise NotFound(f"Campaign {campaign} has no wave {name!r}.", fix=f"It has: {known}.")
    return found or new_wave(campaign, name)


def require_open(wave: Wave) -> None:
    """Raise ``WrongState`` for a wave after which another one has begun: it is not looked at."""
    later = CampaignTenant.objects.filter(
        campaign=wave.campaign, wave__ordinal__gt=wave.ordinal
    ).exclude(state__in=(CampaignTenant.State.WAITING, CampaignTenant.State.TAKEN_OUT))
    if later.exists():
        raise WrongState(f"Wave {wave} is over.", fix="Add to a later wave, or to a new one.")


def tenants_named(campaign: Campaign, names: Sequence[str]) -> list[CampaignTenant]:
    """Return tenants of a campaign by their names or ids. Raises ``BadInput`` and ``NotFound``."""
    if not names:
        raise BadInput("No tenant was named.", fix="Name some.")
    found = []
    for name in names:
        rows = list(campaign.tenants.filter(Q(name=name) | Q(project_id=name)))
        if len(rows) != 1:
            words = "several tenants" if rows else "no tenant"
            raise NotFound(f"Campaign {campaign} has {words} {name!r}.", fix="Give the id.")
        found.append(rows[0])
    return found


def changed(campaign: Campaign, sentence: str) -> None:
    """Write to the log of the campaign's job what was changed, and let it look at once."""
    if campaign.job_id:
        write_log(campaign.job_id, sentence)
        wake(campaign)
