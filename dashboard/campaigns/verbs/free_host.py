"""Free the host: confirms that a campaign takes the host that it asks for."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign, CampaignHost
from dashboard.campaigns.running.waking import wake
from dashboard.campaigns.verbs.base import RunningVerb, job_of, not_running, running_job
from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action


class FreeHost(RunningVerb):
    """Lets the campaign take the host that it asks for to the destination."""

    name = "free_host"
    title = "Free the host"
    effect = "Evacuate the host that the campaign asks for, and reassign it to the destination."
    order = 55
    command = "campaign free-host"
    permission = Action.REASSIGN
    confirmation = "the host's name"
    button = "Free the host"
    touched_title = "The host"

    @override
    def to_type(self, target: Campaign) -> str:
        host = asked_for(target)
        return host.name if host else ""

    @override
    def touched(self, target: Campaign) -> list[str]:
        host = asked_for(target)
        return [f"{host.name}: {host.reason}"] if host else []

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if running_job(target) is None:
            return not_running(target)
        if asked_for(target) is None:
            return WrongState(
                f"Campaign {target} asks for no host.", fix="See what it waits for on its page."
            )
        return None

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        host, job = asked_for(target), job_of(target)
        if host is not None:
            CampaignHost.objects.filter(pk=host.pk, state=CampaignHost.State.ASKS).update(
                state=CampaignHost.State.CONFIRMED, confirmed_by=str(requester)[:150]
            )
            write_log(job, f"Host {host} may be taken, says {requester}.")
            wake(target)
        return job


def asked_for(campaign: Campaign) -> CampaignHost | None:
    """Return the host for which the campaign asks, None if there is none."""
    return campaign.freed_hosts.filter(state=CampaignHost.State.ASKS).first()
