"""Cancel: ends a campaign. What has begun goes on."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.verbs.base import RunningVerb, job_of, not_running, running_job
from dashboard.errors import PumphouseError
from dashboard.jobs import operating
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action


class Cancel(RunningVerb):
    """Ends a campaign, so that nothing new begins by it."""

    name = "cancel"
    title = "Cancel"
    effect = "End the campaign. The moves that have begun go on; cancel their jobs to stop them."
    order = 60
    command = "campaign cancel"
    permission = Action.OPERATE

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        return None if running_job(target) else not_running(target)

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        return operating.cancel(job_of(target), requester=requester)
