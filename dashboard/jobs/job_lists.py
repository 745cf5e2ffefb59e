"""The lists of jobs that the pages show.

Internal kinds, as notifications, are only on the list of all jobs: a mail server that is down does
not concern the tenant.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from dashboard.jobs.kinds import internal_kinds
from dashboard.jobs.models import AFTER, Job, Step
from dashboard.jobs.states import (
    ACTIVE_JOB_STATES,
    FINISHED_STEP_STATES,
    JobState,
    StepState,
)

BROKEN_JOB_STATES = frozenset({JobState.FAILED, JobState.ERRORED})
RUNNING_JOB_STATES = ACTIVE_JOB_STATES - {JobState.HELD}
ENDED_JOB_STATES = frozenset(JobState) - ACTIVE_JOB_STATES
TODAY = timedelta(hours=24)
MOST_COUNTED = 100
"""How many things that wait are counted for the header."""
_others_waiting: list[Callable[[], Sequence[QuerySet[Any]]]] = []


def needing_somebody() -> QuerySet[Job]:
    """Return the jobs that wait for an operator: held ones, and the latest failed ones.

    A later job about the same subject replaces a failed one, unless it only cleans up after it.
    """
    # each part names both fields of one index: thousands of failed jobs may have been replaced
    waits = Q(replaced_by=None, state__in={JobState.HELD, *BROKEN_JOB_STATES})
    return _operator_jobs().filter(waits | Q(replaced_by__gt=0, state=JobState.HELD))


def cleaning_up_after(job: Job) -> Job | None:
    """Return the newest job that cleans up after a job that failed or was cancelled, if any."""
    later = Job.objects.filter(subject=job.subject, pk__gt=job.pk, **{f"params__{AFTER}": job.pk})
    return later.order_by("pk").last()


def running() -> QuerySet[Job]:
    """Return the jobs that run or are queued."""
    return _operator_jobs().filter(state__in=RUNNING_JOB_STATES)


def finished_today() -> QuerySet[Job]:
    """Return the jobs that ended within the last 24 hours, the latest first."""
    # a job that goes on has no such time; with its states, the database would sort all that ended
    ended = _operator_jobs().filter(finished_at__gte=timezone.now() - TODAY)
    return ended.order_by("-finished_at")


def with_counts(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Add to each job how many steps it has, and how many are finished and skipped.

    By subqueries, which run for the rows that are returned: a join would count the steps of all
    jobs to show one page of them.
    """
    steps = Step.objects.filter(job=OuterRef("pk"))
    return jobs.select_related("created_by").annotate(
        steps_total=_count(steps),
        steps_finished=_count(steps.filter(state__in=FINISHED_STEP_STATES)),
        steps_skipped=_count(steps.filter(state=StepState.SKIPPED)),
    )


def _count(steps: QuerySet[Step]) -> Coalesce:
    counted = steps.order_by().values("job").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def count_as_waiting(find: Callable[[], Sequence[QuerySet[Any]]]) -> None:
    """Also count what else waits for an operator; apps call this when they are ready.

    ``find`` returns queries with one number per row, which are the same at any time.
    """
    _others_waiting.append(find)


def strip_counts() -> dict[str, int]:
    """Return how many jobs run and how many things wait for an operator: every page's header.

    Counting what waits ends one after ``MOST_COUNTED``: thousands would slow every page down.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_counting(connection.vendor, *internal_kinds()))
        running, waiting = cursor.fetchone()
    return {
        "running": running,
        "waiting": min(waiting, MOST_COUNTED),
        "more": waiting > MOST_COUNTED,
    }


@cache
def _counting(*_depends_on: str) -> tuple[str, list[Any]]:
    """Return the SQL that counts what runs and what waits, and its parameters.

    It is always the same. To write it takes the ORM 3 ms, a hundred times as long as a database
    takes to answer.
    """
    jobs = needing_somebody().order_by().values("pk")
    others = [query.order_by() for find in _others_waiting for query in find()]
    waiting = jobs.union(*others, all=True)[: MOST_COUNTED + 1]
    counted = (running().order_by().values("pk"), waiting)
    written = [each.query.sql_with_params() for each in counted]
    counts = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) counted)" for sql, _ in written)  # noqa: S608 (the ORM's)
    return f"SELECT {counts}", [value for _, values in written for value in values]


def _operator_jobs() -> QuerySet[Job]:
    return Job.objects.exclude(kind__in=internal_kinds())
