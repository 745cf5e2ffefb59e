"""Links from a job's page to what the job is about; each app adds its own when it is ready."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action


@dataclass(frozen=True, kw_only=True)
class JobLink:
    """A link on a job's page, for those who have the permission.

    A remedy is shown as a button beside Retry and Skip of a failed step, any other in the heading.
    """

    label: str
    address: str
    permission: Action = Action.READ
    is_remedy: bool = False
    icon: str = ""


_sources: list[Callable[[Job], Iterable[JobLink]]] = []


def add_job_links(source: Callable[[Job], Iterable[JobLink]]) -> None:
    """Ask ``source`` for links too. It reads only the job, and yields none for other apps' jobs."""
    _sources.append(source)


def links_of(job: Job) -> list[JobLink]:
    """Return the links of a job in the order in which the apps are installed."""
    return [link for source in _sources for link in source(job)]
