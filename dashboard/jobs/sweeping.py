"""The sweep: finds jobs that no runner looks after, and enqueues them again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_q.models import OrmQ

from dashboard.jobs.call_counts import forget_dead_workers
from dashboard.jobs.claiming import shorten_leases
from dashboard.jobs.log_index import index_log
from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.queue import enqueue_again
from dashboard.jobs.states import JobState, StepState

SILENT_AFTER = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(hours=1)


def sweep() -> int:
    """Enqueue each job that waits for a runner and has none; return how many that were.

    So a lost task, a dead worker, a hold that has ended and a cancel request without a runner are
    all handled alike. May run anywhere, any number of times at once.
    """
    shorten_leases()
    neglected = neglected_jobs().values_list("pk", flat=True)
    enqueued = sum(enqueue_again(job_id) for job_id in neglected)
    _forget()
    forget_dead_workers()
    index_log()
    return enqueued


def neglected_jobs() -> QuerySet[Job]:
    """Return the jobs that could go on, or should end, but have no living runner."""
    due = Q(state__in=[JobState.QUEUED, JobState.RUNNING]) | Q(
        Q(hold_until__lte=timezone.now()) | Q(cancel_requested=True), state=JobState.HELD
    )
    nothing_runs = ~Exists(_steps(state=StepState.RUNNING, lease_until__gt=timezone.now()))
    return Job.objects.filter(
        due, Q(cancel_requested=True) | _has_ready_step() | nothing_runs
    ).exclude(Exists(living_runners().filter(job=OuterRef("pk"))))


def living_runners() -> QuerySet[Runner]:
    """Return the runners that have been seen lately.

    A time far ahead is one of before the clock was set back; one that lives corrects it at once.
    """
    return Runner.objects.filter(seen_at__range=lately())


def lately() -> tuple[datetime, datetime]:
    """Return the span in which a living worker was seen."""
    now = timezone.now()
    return now - SILENT_AFTER, now + SILENT_AFTER


def _steps(**which: object) -> QuerySet[Step]:
    return Step.objects.filter(job=OuterRef("pk"), **which)


def _has_ready_step() -> Exists:
    due = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    return Exists(_steps(state=StepState.PENDING, blockers=0, held=False).filter(due))


def _forget() -> None:
    """Delete the rows of dead runners, and of tasks that were taken and never acknowledged.

    Once a worker has a task its row has no use: it is never delivered twice on purpose.
    """
    long_ago = timezone.now() - FORGOTTEN_AFTER
    Runner.objects.filter(seen_at__lt=long_ago).delete()
    retry = timedelta(seconds=settings.Q_CLUSTER["retry"])
    OrmQ.objects.filter(lock__gt=timezone.now(), lock__lt=long_ago + retry).delete()
