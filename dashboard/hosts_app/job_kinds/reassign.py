"""The job that moves a host to another cloud, or back."""

from contextlib import suppress

from typing_extensions import override

from dashboard.errors import NeedsOperator, PumphouseError
from dashboard.hooks.calling import call_hook
from dashboard.hooks.steps import is_hook
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
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState

RETRY = "A retry continues from there."
RETRY_OR_RETURN = (
    "A retry continues from there. The alternative is “Return it to its source”, on the host's "
    "page or with pumphouse return-to-source."
)


class Reassign(JobKind):
    """Evacuates the host, removes it from its environment and makes it a host of another one.

    A failure says where the host is now. A job that ends before the removal opens the host again.
    """

    name = "reassign"
    permission = Action.REASSIGN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if is_hook(step):
            call_hook(step, context)
            return
        if step.action in evacuation.STEPS:
            perform_evacuation_step(step, context)
            return
        work = ReassignmentWork(step, context)
        try:
            _perform(work)
        except NeedsOperator as error:
            raise _with_location(error, work.record) from None

    @override
    def on_finished(self, job: Job) -> None:
        if job.state == JobState.DONE:
            return
        record = Reassignment.objects.get(job=job)
        if not record.is_removed:
            reopen(job)
        elif record.location not in job.explanation:
            explanation = f"{job.explanation} {record.location} {_next_steps(job)}"
            Job.objects.filter(pk=job.pk).update(explanation=explanation)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        record = Reassignment.objects.select_related("source", "destination").get(job=job)
        sentence = (
            f"Host {record.host} of {record.source} is now host {record.new_host} of "
            f"{record.destination}."
        )
        return Event(name="host.reassigned", severity=Severity.SUCCESS, sentence=sentence)


def _next_steps(job: Job) -> str:
    return RETRY if job.params["returns"] else RETRY_OR_RETURN


def _perform(work: ReassignmentWork) -> None:
    """Perform the step; however it ends, store where the host is, if Fuel answers."""
    try:
        STEPS[work.step.action](work)
    finally:
        with suppress(PumphouseError):
            work.save(location=location_of(work.fuel, work.record))


def _with_location(error: NeedsOperator, record: Reassignment) -> NeedsOperator:
    sentence = f"{error.sentence} {record.location}".strip()
    fix = f"{error.fix} {_next_steps(record.job)}" if record.is_removed else error.fix
    return NeedsOperator(sentence, fix=fix, request_id=error.request_id)
