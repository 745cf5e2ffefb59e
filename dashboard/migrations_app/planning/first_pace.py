"""How many servers of a plan are in cutover at once to begin with, where the number adapts."""

from django.utils import timezone

from dashboard.hosts_app.clouds import limits_of
from dashboard.jobs.pace import MOST, Pace
from dashboard.jobs.pacing import pace_following
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.prediction import steps_between


def first_pace(plan: Plan) -> Pace:
    """Return the pace with which the servers of a plan begin: what the latest move between its
    clouds has shown is known already."""
    chains = steps_between(plan).filter(opens_chain=True, job__pace__isnull=False)
    latest = chains.order_by("-job").first()
    return pace_following(latest.job if latest else None, most=_most(plan))


def _most(plan: Plan) -> int:
    """Return as many servers as both clouds and their link may have data streams."""
    limits = [limits_of(cloud) for cloud in (plan.source, plan.destination)]
    streams = [each.at(timezone.now()).streams for each in limits]
    link = limits[0].links.get(plan.destination.name)
    allowed = [number for number in (*streams, link and link.streams) if number]
    return min([MOST, *allowed])
