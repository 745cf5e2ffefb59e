"""A job that is started by itself at the end of another one."""

from collections.abc import Callable

from dashboard.errors import PumphouseError
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job, LogLevel


def start_after(job: Job, start: Callable[[], Job], *, otherwise: str) -> None:
    """Start what follows a job, and write its number into the log of that one.

    A refusal stands there as well, after the word ``otherwise``.
    """
    try:
        started = start()
    except PumphouseError as refused:
        write_log(job, f"{otherwise}: {refused}", level=LogLevel.WARNING)
    else:
        write_log(job, f"Started job {started.pk}: {started.title}.")
