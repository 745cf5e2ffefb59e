"""Waits for a job from outside, by reading its rows."""

import time
from collections.abc import Callable

from dashboard.jobs.models import Job
from dashboard.jobs.progress import JobProgress, job_progress
from dashboard.jobs.states import JobState

FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


def wait_for_job(
    job: Job,
    *,
    seconds: float | None = None,
    on_change: Callable[[JobProgress], None] | None = None,
) -> Job:
    """Wait until the job has ended or is held, and return it as it then is.

    ``on_change`` is called with each new snapshot. Raises ``TimeoutError`` after ``seconds``.
    """
    pause = FIRST_PAUSE_SECONDS
    deadline = None if seconds is None else time.monotonic() + seconds
    seen: JobProgress | None = None
    while True:
        current = Job.objects.get(pk=job.pk)
        progress = job_progress(current) if on_change else None
        if on_change and progress and progress != seen:
            on_change(progress)
            seen = progress
        if not current.is_active or current.state == JobState.HELD:
            return current
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError(f"Job {job.pk} is still {current.state} after {seconds} s.")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
