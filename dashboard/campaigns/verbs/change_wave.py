"""Change: other rules for a wave of a campaign."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from typing_extensions import override

from dashboard.campaigns.models import Campaign, Wave
from dashboard.campaigns.planning.changing import changed, wave_of
from dashboard.campaigns.planning.moving import require_changeable
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, fields_of
from dashboard.campaigns.running.shared_limits import limit_servers, store_limits
from dashboard.campaigns.verbs.base import WAVE, ChangeVerb, require_permission
from dashboard.errors import BadInput
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action

DEFAULT = "-"


class ChangeWave(ChangeVerb):
    """Gives a wave other rules, also while it runs; what has begun goes on."""

    name = "change_wave"
    title = "Change a wave"
    effect = "Give a wave other rules. What is left empty stays, and - stands for the default."
    order = 90
    command = "campaign change-wave"
    options = (
        WAVE,
        *(
            Option(
                name=option.name, label=option.label, default="", metavar=option.metavar or "VALUE"
            )
            for option in WAVE_OPTIONS
        ),
    )

    @override
    def applies_to(self, target: Campaign) -> bool:
        return False  # a wave's rules have a page of their own

    @override
    def change(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> None:
        wave = wave_of(target, options["wave"])
        values = {
            option.name: option.clean(None)
            if options[option.name] == DEFAULT
            else option.parse(options[option.name])
            for option in WAVE_OPTIONS
            if options[option.name]
        }
        if not values:
            raise BadInput("Nothing was changed.", fix="Give another value for some rule.")
        change_rules(wave, values, requester)


def change_rules(wave: Wave, values: Mapping[str, Any], requester: Requester) -> None:
    """Give a wave these values of options; its other rules stay.

    Raises ``BadInput`` for a window that is none, ``PermissionDenied`` for a rule that the
    requester may not set, and ``WrongState`` in a campaign that has ended.
    """
    require_changeable(wave.campaign)
    if values.get("on_failure") == Wave.OnFailure.ROLL_BACK:
        require_permission(requester, Action.ROLLBACK)
    with transaction.atomic():
        Wave.objects.filter(pk=wave.pk).update(**fields_of(dict(values)))
        group = store_limits(wave)
    if "servers_at_once" in values:
        limit_servers(group, values["servers_at_once"], requester)
    changed(wave.campaign, f"Changed by {requester}: {', '.join(values)} of {wave}.")
