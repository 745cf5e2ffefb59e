"""The job that puts a tenant into maintenance or takes it out."""

from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.notifications import News, Tone, trouble
from dashboard.jobs.states import JobState
from dashboard.migrations_app.maintenance.starting import ENTER, KIND, perform
from dashboard.migrations_app.models import TenantMaintenance


class TenantMaintenanceKind(JobKind):
    """Replaces the roles on a project by one that can only read, or gives them back."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do the stage that the step stands for."""
        perform(_maintenance(step.job), step.action, context)

    def on_finished(self, job: Job) -> None:
        """Store that entering was refused, when it ended before anything was recorded."""
        maintenance = _maintenance(job)
        if job.state != JobState.DONE and not maintenance.changes.exists():
            TenantMaintenance.objects.filter(pk=maintenance.pk).update(
                state=TenantMaintenance.State.REFUSED
            )

    def news(self, job: Job) -> News | None:
        """Report that the tenant has entered or left maintenance, or what went wrong."""
        if job.state != JobState.DONE:
            return trouble(job, about="tenant")
        maintenance = _maintenance(job)
        name = f"{maintenance.tenant_name} of {maintenance.cloud}"
        if job.params["to"] == ENTER:
            sentence = f"{name} is in maintenance: its people can look and change nothing."
            return News(event="tenant.entered_maintenance", tone=Tone.GOOD, sentence=sentence)
        sentence = f"{name} has left maintenance."
        return News(event="tenant.left_maintenance", tone=Tone.GOOD, sentence=sentence)


def _maintenance(job: Job) -> TenantMaintenance:
    rows = TenantMaintenance.objects.select_related("cloud")
    return rows.get(pk=job.params["maintenance"])
