"""The job that puts a tenant into maintenance or takes it out."""

from typing_extensions import override

from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.maintenance.starting import ENTER, KIND, perform
from dashboard.migrations_app.models import TenantMaintenance


class TenantMaintenanceKind(JobKind):
    """Replaces the roles on a project by one that can only read, or restores them."""

    name = KIND
    permission = Action.MAINTAIN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        perform(_maintenance(step.job), step.action, context)

    @override
    def on_finished(self, job: Job) -> None:
        """Store that entering was refused, when it ended before anything was recorded."""
        maintenance = _maintenance(job)
        if job.state != JobState.DONE and not maintenance.changes.exists():
            TenantMaintenance.objects.filter(pk=maintenance.pk).update(
                state=TenantMaintenance.State.REFUSED
            )

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="tenant")
        maintenance = _maintenance(job)
        name = f"{maintenance.tenant_name} of {maintenance.cloud}"
        if job.params["to"] == ENTER:
            sentence = f"{name} is in maintenance: its users have read-only access."
            return Event(
                name="tenant.entered_maintenance", severity=Severity.SUCCESS, sentence=sentence
            )
        sentence = f"{name} has left maintenance."
        return Event(name="tenant.left_maintenance", severity=Severity.SUCCESS, sentence=sentence)


def _maintenance(job: Job) -> TenantMaintenance:
    rows = TenantMaintenance.objects.select_related("cloud")
    return rows.get(pk=job.params["maintenance"])
