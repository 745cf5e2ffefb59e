"""Move: puts tenants that have not begun into another wave."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.changing import tenants_named
from dashboard.campaigns.planning.moving import move_to_wave
from dashboard.campaigns.verbs.base import TENANTS, WAVE, ChangeVerb
from dashboard.jobs.requester import Requester


class Move(ChangeVerb):
    """Puts tenants at the end of another wave, also while the campaign runs."""

    name = "move"
    title = "Move tenants"
    effect = "Move tenants that have not begun to the end of another wave, also of a new one."
    order = 75
    command = "campaign move"
    options = (TENANTS, WAVE)

    @override
    def change(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> None:
        tenants = tenants_named(target, options["tenants"])
        move_to_wave(target, options["wave"], tenants, requester)
