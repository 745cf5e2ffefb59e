"""Who asks for a job, and from where."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User

from dashboard.jobs.models import Job


@dataclass(frozen=True)
class Requester:
    """Who asks for a job: a user of Pumphouse, None for none, and where: page, api, cli, schedule.

    ``origin`` is what a job's ``launched_from`` says.
    """

    user: User | None = None
    origin: str = ""


NOBODY = Requester()
CLI = Requester(origin="cli")
"""The command line: whoever may run it on this machine."""
SCHEDULE = Requester(origin="schedule")


def on_page(user: User | AnonymousUser) -> Requester:
    """Return the requester of somebody who acts on a page."""
    return Requester(user if isinstance(user, User) else None, "page")


def by_api(user: User | AnonymousUser) -> Requester:
    """Return the requester of somebody who calls the API."""
    return Requester(user if isinstance(user, User) else None, "api")


def requester_of(job: Job) -> Requester:
    """Return who asked for a job: what follows from it is asked for by the same."""
    return Requester(job.created_by, job.launched_from)
