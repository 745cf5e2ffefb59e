"""Add: puts more tenants into a wave of a campaign."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.planning.moving import add_to_wave
from dashboard.campaigns.verbs.base import TENANTS, WAVE, ChangeVerb
from dashboard.errors import BadInput
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.planning.moves import known_tenant


class Add(ChangeVerb):
    """Puts tenants at the end of a wave, also while the campaign runs."""

    name = "add"
    title = "Add tenants"
    effect = "Put tenants at the end of a wave; a wave of a new name comes after all others."
    order = 70
    command = "campaign add"
    options = (TENANTS, WAVE)

    @override
    def change(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> None:
        if not options["tenants"]:
            raise BadInput("No tenant was named.", fix="Name those to add.")
        tenants = [known_tenant(target.source, name) for name in options["tenants"]]
        add_to_wave(target, options["wave"], tenants, requester)
