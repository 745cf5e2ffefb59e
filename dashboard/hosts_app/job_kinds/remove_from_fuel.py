"""The job that removes a host from its Fuel environment."""

from contextlib import suppress

from typing_extensions import override

from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.job_kinds.evacuate import perform_evacuation_step
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.location import location_of
from dashboard.hosts_app.reassignment.removal import KIND, STEPS
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class RemoveFromFuel(JobKind):
    """Evacuates the host, has Fuel remove it, and deletes its records in the cloud.

    A failure says where the host is now. A job that ends before the removal opens the host again.
    """

    name = KIND
    permission = Action.REASSIGN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if step.action in evacuation.STEPS:
            perform_evacuation_step(step, context)
            return
        work = ReassignmentWork(step, context)
        try:
            STEPS[step.action](work)
        except NeedsOperator as error:
            raise NeedsOperator(
                f"{error.sentence} {_location(work)}".strip(), fix=error.fix
            ) from None

    @override
    def on_finished(self, job: Job) -> None:
        if job.state != JobState.DONE and not Reassignment.objects.get(job=job).is_removed:
            evacuation.reopen(job)


def _location(work: ReassignmentWork) -> str:
    """Store and return where the host is; the last known location if Fuel does not answer."""
    with suppress(PumphouseError):
        work.save(location=location_of(work.fuel, work.record))
    return work.record.location
