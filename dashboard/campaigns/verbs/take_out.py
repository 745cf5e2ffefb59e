"""Take out: lets tenants of a campaign stay where they are."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.changing import changed, tenants_named
from dashboard.campaigns.verbs.base import TENANTS, ChangeVerb
from dashboard.errors import WrongState
from dashboard.jobs.requester import Requester

State = CampaignTenant.State


class TakeOut(ChangeVerb):
    """Takes tenants out that have not begun, or that have failed."""

    name = "take_out"
    title = "Take tenants out"
    effect = "Leave tenants where they are that have not begun, or go on without one that failed."
    order = 80
    command = "campaign take-out"
    options = (TENANTS,)

    @override
    def change(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> None:
        tenants = tenants_named(target, options["tenants"])
        for tenant in tenants:
            if tenant.state not in (State.WAITING, State.FAILED, State.ROLLED_BACK):
                raise WrongState(
                    f"{tenant} is {tenant.get_state_display().lower()}.",
                    fix="Only who has not begun or has failed can be taken out.",
                )
        for tenant in tenants:
            tenant.move_to(State.TAKEN_OUT, explanation=f"Taken out by {requester}")
        changed(target, f"Taken out by {requester}: {', '.join(map(str, tenants))}.")
