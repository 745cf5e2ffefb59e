"""What a job's page says of the job's subject now; each app adds its own when it is ready."""

from dataclasses import dataclass
from typing import Any

from django.utils.module_loading import import_string

from dashboard.jobs.models import Job


@dataclass(frozen=True, kw_only=True)
class JobNotice:
    """Something that is so now, whatever the job's state: ``template`` shows ``about``."""

    template: str
    about: Any


_sources: list[str] = []


def add_job_notices(path: str) -> None:
    """Ask the function at a dotted path for notices, too: it takes a job, and yields them.

    It is imported when a page is shown: commands that show none start faster without it.
    """
    _sources.append(path)


def notices_of(job: Job) -> list[JobNotice]:
    """Return the notices about a job's subject, in the order in which the apps are installed."""
    return [notice for path in _sources for notice in import_string(path)(job)]
