"""The job that moves a host to another cloud, or back."""

from contextlib import suppress

from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.evacuation.steps import reopen
from dashboard.hosts_app.job_kinds.evacuate import perform_evacuation_step
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.location import location_of
from dashboard.hosts_app.reassignment.steps import STEPS
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState

RETRY = "To retry goes on from there."
RETRY_OR_RETURN = (
    "To retry goes on from there; “Return it to the source”, on the host's page or by "
    "pumphouse return-to-source, is the other way."
)


class Reassign(JobKind):
    """Frees the host, takes it out of its environment and makes it a host of another one."""

    name = "reassign"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for; what fails says where the host is now."""
        if step.action in evacuation.STEPS:
            perform_evacuation_step(step, context)
            return
        work = ReassignmentWork(step, context)
        try:
            _do(work)
        except NeedsOperator as error:
            raise _with_location(error, work.record) from None

    def on_finished(self, job: Job) -> None:
        """Open a host again that was not taken out of its environment; else say where it is."""
        if job.state == JobState.DONE:
            return
        record = Reassignment.objects.get(job=job)
        if not record.is_removed:
            reopen(job)
        elif record.location not in job.explanation:
            explanation = f"{job.explanation} {record.location} {_way_on(job)}"
            Job.objects.filter(pk=job.pk).update(explanation=explanation)

    def event(self, job: Job) -> Event | None:
        """Report where the host is now, or what went wrong."""
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        record = Reassignment.objects.select_related("source", "destination").get(job=job)
        sentence = (
            f"Host {record.host} of {record.source} is host {record.new_host} of "
            f"{record.destination} now."
        )
        return Event(name="host.reassigned", severity=Severity.SUCCESS, sentence=sentence)


def _way_on(job: Job) -> str:
    return RETRY if job.params["returns"] else RETRY_OR_RETURN


def _do(work: ReassignmentWork) -> None:
    """Do the step, and store where the host is then, if Fuel answers: however it ends."""
    try:
        STEPS[work.step.action](work)
    finally:
        with suppress(PumphouseError):
            work.note(location=location_of(work.fuel, work.record))


def _with_location(error: NeedsOperator, record: Reassignment) -> NeedsOperator:
    sentence = f"{error.sentence} {record.location}".strip()
    fix = f"{error.fix} {_way_on(record.job)}" if record.is_removed else error.fix
    return NeedsOperator(sentence, fix=fix, request_id=error.request_id)
