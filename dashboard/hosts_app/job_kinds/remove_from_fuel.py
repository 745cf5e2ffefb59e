"""The job that takes a host out of its Fuel environment."""

from contextlib import suppress

from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.job_kinds.evacuate import perform_evacuation_step
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.location import location_of
from dashboard.hosts_app.reassignment.removal import KIND, STEPS
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState


class RemoveFromFuel(JobKind):
    """Frees the host, has Fuel remove it, and deletes what its cloud still has of it."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for; what fails says where the host is now."""
        if step.action in evacuation.STEPS:
            perform_evacuation_step(step, context)
            return
        work = ReassignmentWork(step, context)
        try:
            STEPS[step.action](work)
        except NeedsOperator as error:
            raise NeedsOperator(f"{error.sentence} {_place(work)}".strip(), fix=error.fix) from None

    def on_finished(self, job: Job) -> None:
        """Open the host again when the job ended before Fuel was told to remove it."""
        if job.state != JobState.DONE and not Reassignment.objects.get(job=job).is_removed:
            evacuation.reopen(job)


def _place(work: ReassignmentWork) -> str:
    """Return where the host is, and store it; "" when Fuel does not answer."""
    with suppress(PumphouseError):
        work.note(location=location_of(work.fuel, work.record))
    return work.record.location
