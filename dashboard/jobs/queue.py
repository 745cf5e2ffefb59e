"""The queue carries no state: a task only says "run job N", and losing one loses nothing."""

import logging
import os
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from dashboard.jobs.models import Job

logger = logging.getLogger(__name__)

ENQUEUE_AGAIN_AFTER = timedelta(seconds=30)
ANSWERS_TO = "PUMPHOUSE_PING_FILE"
"""Environment variable of a worker: the file that it touches when it answers a ping."""


def enqueue(job_id: int) -> None:
    """Ask a worker to run the job, once the current transaction is committed.

    A Redis broker knows nothing of transactions: enqueued earlier, the worker would find no row, or
    a row that is rolled back.
    """
    transaction.on_commit(partial(_enqueue_now, job_id))


def enqueue_again(job_id: int) -> bool:
    """Enqueue a job unless that was done lately; return whether it was.

    Busy workers must not find a pile of tasks for one job. A time that lies ahead is one of before
    the clock was set back, and so is that of its task, which the queue does not deliver until then.
    """
    now = timezone.now()
    lately = Q(enqueued_at__range=(now - ENQUEUE_AGAIN_AFTER, now + ENQUEUE_AGAIN_AFTER))
    not_lately = Q(enqueued_at__isnull=True) | ~lately
    if not Job.objects.filter(not_lately, pk=job_id).update(enqueued_at=now):
        return False
    _enqueue_now(job_id)
    return True


def _enqueue_now(job_id: int) -> None:
    """Put the task into the queue. A broker that does not answer is only logged: each broker has
    errors of its own, and the sweep will enqueue the job again."""
    Job.objects.filter(pk=job_id).update(enqueued_at=timezone.now())
    try:
        async_task(
            "dashboard.entry_points.run_job", job_id, task_name=f"Run job {job_id}", save=False
        )
    except Exception as error:
        logger.warning("Could not enqueue job %s: %s", job_id, error)


def ping() -> None:
    """Ask any worker to show that it takes work."""
    async_task("dashboard.entry_points.answer_ping", task_name="Ping", save=False)


def answer_ping() -> None:
    """Touch this worker's own answer file: it tells which cluster answered, a row would not."""
    if path := os.environ.get(ANSWERS_TO):
        Path(path).touch()
