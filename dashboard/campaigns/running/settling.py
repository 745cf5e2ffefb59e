"""What becomes of the tenants of a campaign that runs no more: what had begun goes on without it.

Only stores how they have ended. A campaign that is resumed goes on from there. Every command
imports this with its app, so that what knows of clouds is imported where it is needed.
"""

from typing import Any

from django.db.models import Q

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.jobs.models import Job
from dashboard.jobs.states import ACTIVE_JOB_STATES, JobState
from dashboard.migrations_app.models import plan_of

State = CampaignTenant.State
UNVERIFIED = "Not verified, since the campaign had ended: resume it, or verify the plan."


def settle_tenants_of(*, job: Job, **_signal: Any) -> None:
    """Store how tenants have ended whose campaign has; connected to ``job_finished``.

    The job is that of a tenant, or of a campaign, which then waits for nothing any more.
    """
    Campaign.objects.filter(job=job).update(waits_for="", waits_since=None)
    tenants = CampaignTenant.objects.filter(Q(job=job) | Q(campaign__job=job)).exclude(
        Q(campaign__job=None) | Q(campaign__job__state__in=ACTIVE_JOB_STATES)
    )
    for tenant in tenants.exclude(job=None).select_related("job", "plan", "wave"):
        _settle(tenant, tenant.job)


def _settle(tenant: CampaignTenant, job: Job | None) -> None:
    if job is None or job.is_active or tenant.state not in (*CampaignTenant.BEGUN, State.FAILED):
        return
    if job.state == JobState.DONE:
        _END[job.kind](tenant, job)
    else:
        words = f"{job.get_state_display()}: {job.explanation}"
        tenant.move_to(State.FAILED, explanation=words, finished_at=job.finished_at)


def _planned(tenant: CampaignTenant, _job: Job) -> None:
    if tenant.state == State.PLANNING:  # not one that has failed by what the plan says
        tenant.move_to(State.WAITING, job=None, started_at=None)


def _executed(tenant: CampaignTenant, job: Job) -> None:
    from dashboard.campaigns.running.tenants import has_to_verify

    words = UNVERIFIED if has_to_verify(tenant, plan_of(job)) else ""
    tenant.move_to(State.MOVED, explanation=words, finished_at=job.finished_at)


def _verified(tenant: CampaignTenant, job: Job) -> None:
    from dashboard.campaigns.running.tenants import store_verified

    store_verified(tenant, job)


def _rolled_back(tenant: CampaignTenant, job: Job) -> None:
    words = tenant.explanation
    tenant.move_to(State.ROLLED_BACK, explanation=words, finished_at=job.finished_at)


_END = {
    "plan": _planned,
    "execute": _executed,
    "verify": _verified,
    "rollback": _rolled_back,
}


def unsettle(campaign: Campaign) -> None:
    """Mark what was moved while a campaign did not run as to be verified, now that it goes on."""
    unverified = campaign.tenants.filter(state=State.MOVED, explanation=UNVERIFIED)
    unverified.update(state=State.MOVING, explanation="", finished_at=None)
