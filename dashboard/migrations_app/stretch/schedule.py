"""Looks at the gateways now and then; called by a schedule."""

from collections.abc import Sequence
from contextlib import suppress

from dashboard.errors import Conflict
from dashboard.jobs.job_lists import ENDED_JOB_STATES
from dashboard.jobs.models import Job
from dashboard.jobs.requester import SCHEDULE, Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Plan, Stretch
from dashboard.migrations_app.stretch.work import looking_steps, stretch_subject

KIND = "watch_stretch"


def watch_when_due() -> None:
    """Start to look at all networks that are joined, unless a job is at work on them.

    Only the last such job of a tenant is kept: there are 288 a day.
    """
    joined = Stretch.objects.filter(state=Stretch.State.JOINED)
    for plan in Plan.objects.filter(pk__in=joined.values("plan")):
        with suppress(Conflict):
            job = start_looking(plan, list(joined.filter(plan=plan)), requester=SCHEDULE)
            earlier = Job.objects.filter(kind=KIND, subject=job.subject, pk__lt=job.pk)
            ended = earlier.filter(state__in=ENDED_JOB_STATES, launched_from=SCHEDULE.origin)
            ended.delete()


def start_looking(plan: Plan, stretches: Sequence[Stretch], *, requester: Requester) -> Job:
    """Start the job that looks at these networks of a plan. Raises ``Conflict``."""
    return start_job(
        kind=KIND,
        title=f"Look at the gateways of {plan.tenant_name}",
        subject=stretch_subject(plan),
        steps=looking_steps(stretches),
        params={"plan": plan.pk},
        requester=requester,
    )
