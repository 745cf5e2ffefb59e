"""The queue as a doorbell: a task says only "drive job N", and losing one loses nothing."""

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

RING_AGAIN_AFTER = timedelta(seconds=30)
ANSWERS_TO = "PUMPHOUSE_PING_FILE"
"""Environment variable of a worker: the file that it touches when it answers a ping."""


def ring(job_id: int) -> None:
    """Ask a worker to drive the job, once the current transaction is committed.

    A Redis broker knows nothing of transactions: rung earlier, the worker would find no row, or a
    row that is rolled back.
    """
    transaction.on_commit(partial(_ring_now, job_id))


def ring_again(job_id: int) -> bool:
    """Ring for a job unless somebody did lately: busy workers must not find a pile of bells."""
    now = timezone.now()
    silent = Q(rung_at__isnull=True) | Q(rung_at__lt=now - RING_AGAIN_AFTER)
    if not Job.objects.filter(silent, pk=job_id).update(rung_at=now):
        return False
    _ring_now(job_id)
    return True


def _ring_now(job_id: int) -> None:
    """Put the bell into the queue. A broker that does not answer is logged only: each has errors
    of its own, and the sweep will ring again."""
    Job.objects.filter(pk=job_id).update(rung_at=timezone.now())
    try:
        async_task(
            "dashboard.entry_points.run_job", job_id, task_name=f"Drive job {job_id}", save=False
        )
    except Exception as error:
        logger.warning("Lost the bell of job %s: %s", job_id, error)


def ping() -> None:
    """Ask any worker to show that it takes work."""
    async_task("dashboard.entry_points.answer_ping", task_name="Ping", save=False)


def answer_ping() -> None:
    """Touch this worker's own answer file: it tells which cluster answered, a row would not."""
    if path := os.environ.get(ANSWERS_TO):
        Path(path).touch()
