"""The lists of jobs that the pages show. Quiet kinds, as notifications, are on no list but the
one of all jobs: a mail server that is down is no matter of the tenant's."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dashboard.jobs.kinds import internal_kinds
from dashboard.jobs.models import Job
from dashboard.jobs.states import (
    ACTIVE_JOB_STATES,
    BROKEN_STEP_STATES,
    FINISHED_STEP_STATES,
    JobState,
)

BROKEN_JOB_STATES = frozenset({JobState.FAILED, JobState.ERRORED})
ENDED_JOB_STATES = frozenset(JobState) - ACTIVE_JOB_STATES
TODAY = timedelta(hours=24)
AFTER = "after"
"""The parameter of a job that removes the traces of another one, which needs somebody all the
same."""
_others_waiting: list[Callable[[], int]] = []


def needing_somebody() -> QuerySet[Job]:
    """Return the jobs that wait for an operator: held ones, and broken ones that are the last word
    about their subject.

    A later job about the same subject has taken the matter over, unless it only cleans up.
    """
    later = Job.objects.filter(subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    later = later.exclude(params__has_key=AFTER)
    return _operator_jobs().filter(
        Q(state=JobState.HELD) | Q(~Exists(later), state__in=BROKEN_JOB_STATES)
    )


def cleaning_up_after(job: Job) -> Job | None:
    """Return the newest job that removes the traces of one that did not come to its end, if any."""
    later = Job.objects.filter(subject=job.subject, pk__gt=job.pk, **{f"params__{AFTER}": job.pk})
    return later.order_by("pk").last()


def running() -> QuerySet[Job]:
    """Return the jobs that are at work or about to be."""
    return _operator_jobs().filter(state__in=ACTIVE_JOB_STATES - {JobState.HELD})


def finished_today() -> QuerySet[Job]:
    """Return the jobs that ended within the last day, the latest first."""
    since = timezone.now() - TODAY
    ended = _operator_jobs().filter(state__in=ENDED_JOB_STATES, finished_at__gte=since)
    return ended.order_by("-finished_at")


def with_counts(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Add to each job how many steps it has, how many are settled and how many broke."""
    return jobs.select_related("created_by").annotate(
        steps_total=Count("steps"),
        steps_finished=Count("steps", filter=Q(steps__state__in=FINISHED_STEP_STATES)),
        steps_broken=Count("steps", filter=Q(steps__state__in=BROKEN_STEP_STATES)),
    )


def count_as_waiting(count: Callable[[], int]) -> None:
    """Have something else that waits for an operator counted too; apps call it when ready."""
    _others_waiting.append(count)


def strip_counts() -> dict[str, int]:
    """Count the jobs that run, and all that waits for an operator: the strip of every page."""
    others = sum(count() for count in _others_waiting)
    return {"running": running().count(), "waiting": needing_somebody().count() + others}


def _operator_jobs() -> QuerySet[Job]:
    return Job.objects.exclude(kind__in=internal_kinds())
