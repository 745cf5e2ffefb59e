"""What a job's page says of the job's subject now; each app adds its own when it is ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.models import Job


@dataclass(frozen=True, kw_only=True)
class JobNotice:
    """Something that is so now, whatever the job's state: ``template`` shows ``about``."""

    template: str
    about: Any


_sources: list[Callable[[Job], Iterable[JobNotice]]] = []


def add_job_notices(source: Callable[[Job], Iterable[JobNotice]]) -> None:
    """Ask ``source`` for notices too. It yields none for other apps' jobs."""
    _sources.append(source)


def notices_of(job: Job) -> list[JobNotice]:
    """Return the notices about a job's subject, in the order in which the apps are installed."""
    return [notice for source in _sources for notice in source(job)]
