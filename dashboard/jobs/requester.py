"""Who asks for a job, and from where."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied

from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action, has_permission, role_refusal


@dataclass(frozen=True)
class Requester:
    """Who asks for something: a user of Pumphouse or None, and the origin of the request.

    ``origin`` is page, api, cli or schedule: what a job's ``launched_from`` says.
    """

    user: User | None = None
    origin: str = ""

    def __str__(self) -> str:
        """The name for the log of a job."""
        if self.user is not None:
            return self.user.get_username()
        return "the command line" if self.origin == "cli" else "Pumphouse"


NOBODY = Requester()
CLI = Requester(origin="cli")
"""The command line: any user of this machine who may run it."""
SCHEDULE = Requester(origin="schedule")


def on_page(user: User | AnonymousUser) -> Requester:
    """Return the requester of an action on a page."""
    return Requester(user if isinstance(user, User) else None, "page")


def by_api(user: User | AnonymousUser) -> Requester:
    """Return the requester of a call to the API."""
    return Requester(user if isinstance(user, User) else None, "api")


def requester_of(job: Job) -> Requester:
    """Return who asked for a job, for the jobs that follow from it."""
    return Requester(job.created_by, job.launched_from)


def require_permission(requester: Requester, action: Action) -> None:
    """Raise ``PermissionDenied`` for a user without the permission; commands need none."""
    if requester.user is not None and not has_permission(requester.user, action):
        raise PermissionDenied(role_refusal(action))
