"""The only way that jobs and steps change their state: compare-and-set by the transition tables."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import (
    JOB_TRANSITIONS,
    STEP_TRANSITIONS,
    JobState,
    StepState,
    sources,
)

TRIES = 6
Result = TypeVar("Result")


def transition_job(job_id: int, *, to: JobState, **fields: Any) -> bool:
    """Move a job to a state, set other fields too, and return whether its state allowed that."""
    allowed = Job.objects.filter(pk=job_id, state__in=sources(JOB_TRANSITIONS, to))
    held_since = timezone.now() if to == JobState.HELD else None
    return allowed.update(state=to, held_since=held_since, **fields) == 1


def transition_steps(steps: QuerySet[Step], *, to: StepState, **fields: Any) -> int:
    """Move the steps whose state allows it, and return how many moved."""
    return steps.filter(state__in=sources(STEP_TRANSITIONS, to)).update(state=to, **fields)


def in_transaction(work: Callable[[], Result]) -> Result:
    """Run the work in a transaction of its own, which is retried as by ``retried``."""

    def in_one() -> Result:
        with transaction.atomic():
            return work()

    return retried(in_one)


def retried(work: Callable[[], Result]) -> Result:
    """Run a transaction or a single statement, and retry it when the database rolled it back.

    InnoDB and PostgreSQL abort one of two transactions in a deadlock, SQLite gives up after its
    time-out; each raises ``OperationalError`` and nothing of the work remains. A lost connection is
    not retried.
    """
    for _ in range(TRIES - 1):
        try:
            return work()
        except OperationalError:
            if connection.in_atomic_block or not connection.is_usable():
                raise
            time.sleep(random.uniform(0.01, 0.1))  # noqa: S311 - spreads rivals, hides nothing
    return work()
