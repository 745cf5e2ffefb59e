"""The job that finalizes a move."""

from typing_extensions import override

from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.finalize import finalize_item
from dashboard.migrations_app.execution.maintenance_steps import end_with_source
from dashboard.migrations_app.models import Plan, PlanItem, plan_of


class Finalize(JobKind):
    """Deletes one object from the source in each step."""

    name = "finalize"

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Delete the object that the step stands for; barriers only hold the order."""
        if "item" in step.params:
            items = PlanItem.objects.select_related("plan__source", "plan__destination")
            finalize_item(items.get(pk=step.params["item"]), context)

    @override
    def on_finished(self, job: Job) -> None:
        """Store that the move is final and the source has no such tenant, when all was deleted."""
        if job.state == JobState.DONE:
            Plan.objects.filter(pk=job.params["plan"]).update(state=Plan.State.FINALIZED)
            plan = plan_of(job)
            plan.source.tenants.filter(project_id=plan.tenant_id).delete()
            end_with_source(plan)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="migration")
        plan = plan_of(job)
        sentence = f"{plan.tenant_name} was deleted from {plan.source}: its move is final."
        return Event(name="migration.finalized", severity=Severity.SUCCESS, sentence=sentence)
