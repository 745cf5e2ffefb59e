"""Rows of campaigns as they are on their way, for tests of pages and API."""

from datetime import time, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignHost, CampaignTenant, Wave
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState, StepState

NAMES = ("shop", "archive", "wiki", "media")
SINCE = timedelta(minutes=7)


def campaign_of(old: Cloud, new: Cloud, *, user: User | None = None) -> Campaign:
    """Return a campaign of four tenants in two waves that nobody has started."""
    campaign = Campaign.objects.create(
        name=f"drain {1 + Campaign.objects.count()}",
        source=old,
        destination=new,
        created_by=user,
    )
    quick = Wave.objects.create(campaign=campaign, ordinal=1, name="the small ones")
    night = Wave.objects.create(
        campaign=campaign,
        ordinal=2,
        name="by night",
        on_failure=Wave.OnFailure.GO_ON,
        window_days=[0, 1, 2, 3, 4],
        window_from=time(22),
        window_to=time(6),
        window_zone="Europe/Berlin",
    )
    for number, name in enumerate(NAMES):
        CampaignTenant.objects.create(
            campaign=campaign,
            wave=(quick, night)[number // 2],
            ordinal=number,
            project_id=f"{number:032x}",
            name=name,
            domain_name="Default",
        )
    return campaign


def running_campaign_of(old: Cloud, new: Cloud, *, user: User | None = None) -> Campaign:
    """Return a campaign on its way: a tenant has moved, one has failed, two wait."""
    campaign, now = campaign_of(old, new, user=user), timezone.now()
    campaign.job = _waiting_job_of(campaign)
    campaign.waits_for, campaign.waits_since = "by night: its window", now - SINCE
    keys = campaign.tenants.values_list("pk", flat=True)
    campaign.read_at = now - SINCE
    campaign.reading = {
        "tenants": {str(key): [now.isoformat(), (now + SINCE).isoformat()] for key in keys},
        "hosts": {"compute-3": [now.isoformat(), (now + SINCE).isoformat()]},
        "left": {"media": "No host of the destination has room for a server with 4 VCPU"},
        "stops_at": "by night",
        "ends_at": (now + SINCE).isoformat(),
    }
    campaign.save()
    CampaignHost.objects.create(
        campaign=campaign, name="compute-3", reason="No tenant that waits has room."
    )
    states = (CampaignTenant.State.MOVED, CampaignTenant.State.FAILED)
    for tenant, state in zip(campaign.tenants.all(), states, strict=False):
        why = "No valid host was found." if state == CampaignTenant.State.FAILED else ""
        tenant.move_to(state, explanation=why, started_at=now - 2 * SINCE, finished_at=now - SINCE)
    return campaign


def _waiting_job_of(campaign: Campaign) -> Job:
    now = timezone.now()
    job = Job.objects.create(
        kind="campaign",
        title=f"Campaign {campaign.name}",
        subject=campaign.subject,
        active_subject=campaign.subject,
        state=JobState.RUNNING,
        params={"campaign": campaign.pk},
        created_by=campaign.created_by,
        started_at=now - timedelta(hours=1),
    )
    Step.objects.create(
        job=job,
        key="campaign",
        ordinal=0,
        action="campaign",
        title="Move the tenants",
        state=StepState.PENDING,
        not_before=now + SINCE,
        waiting_for="by night: its window",
        waiting_since=now - SINCE,
    )
    return job
