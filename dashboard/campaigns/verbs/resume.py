"""Resume: goes on with a campaign that is paused, was cancelled, or has failed."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from typing_extensions import override

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.running.settling import unsettle
from dashboard.campaigns.running.waking import wake
from dashboard.campaigns.verbs.base import RunningVerb, job_of, not_running, running_job
from dashboard.errors import PumphouseError
from dashboard.jobs import operating
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester

State = CampaignTenant.State


class Resume(RunningVerb):
    """Ends a pause, or retries the tenants that failed and goes on with the others."""

    name = "resume"
    title = "Resume"
    effect = "Go on: end the pause, and retry the tenants that failed."
    order = 40
    command = "campaign resume"

    @override
    def is_next(self, target: Campaign) -> bool:
        return True

    @override
    def refusal(self, target: Campaign) -> PumphouseError | None:
        if target.job is None:
            return not_running(target)
        is_paused = running_job(target) is not None and target.paused_at is not None
        if is_paused or operating.is_resumable(target.job) or _failed(target).exists():
            return None
        return not_running(target)

    @override
    def launch(self, target: Campaign, requester: Requester, options: Mapping[str, Any]) -> Job:
        job = job_of(target)
        with transaction.atomic():
            Campaign.objects.filter(pk=target.pk).update(paused_at=None)
            unsettle(target)
            for tenant in _failed(target).select_related("job"):
                _retry(tenant, requester)
            if operating.is_resumable(job):
                job = operating.resume(job, requester=requester)
            else:
                write_log(job, f"Resumed by {requester}.")
            wake(target)
        return job


def _failed(campaign: Campaign) -> QuerySet[CampaignTenant]:
    return campaign.tenants.filter(state=State.FAILED)


def _retry(tenant: CampaignTenant, requester: Requester) -> None:
    """Resume the job by which a tenant failed; without one that can be, it begins anew."""
    job = tenant.job
    if job is not None and operating.is_resumable(job) and job.kind != "plan":
        operating.resume(job, requester=requester)
    else:
        tenant.move_to(State.WAITING, job=None, started_at=None, finished_at=None)
