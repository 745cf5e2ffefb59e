"""The limits of a wave that the jobs of its tenants share: servers in cutover and data streams."""

from contextlib import suppress

from django.db import transaction

from dashboard.campaigns.models import Wave
from dashboard.errors import WrongState
from dashboard.jobs.models import Job, JobGroup
from dashboard.jobs.operating import limit_chains
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import ACTIVE_JOB_STATES


def share_limits(job: Job, wave: Wave) -> None:
    """Put a job among those that share the limits of a wave."""
    Job.objects.filter(pk=job.pk).update(group=store_limits(wave))


def store_limits(wave: Wave) -> JobGroup:
    """Store the limits of a wave, as its row has them now, for the jobs of its tenants."""
    with transaction.atomic():
        now = Wave.objects.select_for_update().get(pk=wave.pk)
        group, _ = JobGroup.objects.update_or_create(
            name=f"wave:{wave.pk}",
            defaults={
                "title": f"wave {wave} of campaign {wave.campaign}",
                "chains_at_once": now.servers_at_once,
                "streams": now.streams,
            },
        )
    return group


def limit_servers(group: JobGroup, at_once: int, requester: Requester) -> None:
    """Allow each job of a group that runs as many servers at once as all of them, with 0 as many
    as it finds."""
    moving = group.jobs.filter(state__in=ACTIVE_JOB_STATES, chains_at_once__isnull=False)
    for job in moving:
        with suppress(WrongState):  # it has just ended
            limit_chains(job, at_once=at_once, requester=requester)
