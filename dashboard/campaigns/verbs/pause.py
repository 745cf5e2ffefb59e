"""Pause: lets nothing new begin."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.running.waking import wake
from dashboard.campaigns.verbs.base import RunningVerb, job_of, not_running, running_job
from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action


class Pause(RunningVerb):
    """Lets no tenant begin until the campaign is resumed."""

    name = "pause"
    title = "Pause"
    effect = "Begin no other tenant until it is resumed. What has begun goes on to its end."
    order = 30
    command = "campaign pause"
    permission = Action.OPERATE

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if running_job(target) is None:
            return not_running(target)
        if target.paused_at:
            return WrongState(f"Campaign {target} is paused already.", fix="Resume it to go on.")
        return None

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        Campaign.objects.filter(pk=target.pk).update(paused_at=timezone.now())
        job = job_of(target)
        write_log(job, f"Paused by {requester}.")
        wake(target)
        return job
