"""Finds the hosts that have left a cloud and have not arrived in one: by rows alone."""

from django.db.models import Q

from dashboard.hosts_app.models import Cloud, Reassignment
from dashboard.jobs.states import JobState


def under_way(cloud: Cloud) -> list[Reassignment]:
    """Give the newest journey of each such host, from or to this cloud; with ``place`` it says
    where the host was when Fuel was last asked."""
    journeys = Reassignment.objects.filter(Q(source=cloud) | Q(destination=cloud))
    newest: dict[tuple[str, ...], Reassignment] = {}
    for journey in journeys.select_related("job"):
        newest.setdefault(tuple(journey.macs), journey)
    return [
        journey
        for journey in newest.values()
        if journey.is_released and journey.job.state != JobState.DONE
    ]
