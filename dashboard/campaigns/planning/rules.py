"""Changing the rules of a wave, before its campaign is started and while it runs."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dashboard.campaigns.models import Wave
from dashboard.campaigns.planning.changing import changed
from dashboard.campaigns.planning.moving import require_changeable
from dashboard.campaigns.planning.wave_options import fields_of
from dashboard.campaigns.running.shared_limits import limit_servers, store_limits
from dashboard.errors import BadInput
from dashboard.jobs.requester import Requester, require_permission
from dashboard.jobs.roles import Action


def change_rules(wave: Wave, values: Mapping[str, Any], requester: Requester) -> None:
    """Store these values of ``WAVE_OPTIONS`` for a wave; its other rules stay, and what has begun
    goes on.

    Raises ``BadInput`` without any and for a window that is none, ``PermissionDenied`` for a rule
    that the requester may not set, and ``WrongState`` in a campaign that has ended.
    """
    if not values:
        raise BadInput("Nothing was changed.", fix="Give another value for some rule.")
    require_changeable(wave.campaign)
    if values.get("on_failure") == Wave.OnFailure.ROLL_BACK:
        require_permission(requester, Action.ROLLBACK)
    with transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(**fields_of(dict(values)))
        group = store_limits(wave)
    if "servers_at_once" in values:
        limit_servers(group, values["servers_at_once"], requester)
    changed(wave.campaign, f"Changed by {requester}: {', '.join(values)} of {wave}.")
