"""Lets a campaign look again at once when something that it waits for has ended."""

from typing import Any

from django.db.models import Q

from dashboard.campaigns.models import Campaign, CampaignHost, CampaignTenant
from dashboard.jobs.models import Job, Step
from dashboard.jobs.queue import enqueue
from dashboard.jobs.states import JobState, StepState


def wake_campaigns_of(*, job: Job, **_signal: Any) -> None:
    """Wake the campaigns that wait for a job; connected to ``job_finished``.

    A wake-up that comes while a campaign is just looking is lost: it looks again by itself.
    """
    hosts = CampaignHost.objects.filter(Q(plan__job=job) | Q(plan__plan_job=job))
    tenants = CampaignTenant.objects.filter(job=job)
    found = Q(pk__in=tenants.values("campaign")) | Q(pk__in=hosts.values("campaign"))
    for campaign in Campaign.objects.filter(found, job__state=JobState.RUNNING):
        wake(campaign)


def wake(campaign: Campaign) -> None:
    """Have the steps of its jobs that wait claimed now."""
    for job_id in filter(None, (campaign.job_id, campaign.survey_job_id)):
        waiting = Step.objects.filter(job=job_id, state=StepState.PENDING)
        if waiting.update(not_before=None):
            enqueue(job_id)
