"""The log of a job."""

from dashboard import secrets
from dashboard.jobs.models import Job, LogLevel, LogLine, Step
from dashboard.jobs.transitions import retried


def write_log(
    job: Job | int, message: str, *, level: LogLevel = LogLevel.INFO, step: Step | None = None
) -> None:
    """Write one line at once, with secrets masked; ``job`` may be its number."""
    line = LogLine(
        job_id=job if isinstance(job, int) else job.pk,
        step=step,
        level=level,
        message=secrets.mask(message),
    )
    retried(line.save)
