"""The job that finalizes a move."""

from typing_extensions import override

from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.finalize import finalize_item, keeps_project
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.maintenance_steps import end_with_source, leave_with_source
from dashboard.migrations_app.models import Plan, PlanItem, plan_of
from dashboard.migrations_app.stretch.work import is_of_stretch, perform_step


class Finalize(JobKind):
    """Deletes one object from the source in each step."""

    name = "finalize"
    permission = Action.FINALIZE

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Delete the object that the step stands for; barriers only hold the order."""
        if is_of_stretch(step):
            perform_step(step, context)
        elif "item" in step.params:
            items = PlanItem.objects.select_related("plan__source", "plan__destination")
            finalize_item(items.get(pk=step.params["item"]), context)

    @override
    def on_finished(self, job: Job) -> None:
        """Store that the move is final and the source has no such tenant, when all was deleted."""
        if job.state == JobState.DONE:
            Plan.objects.filter(pk=job.params["plan"]).update(state=Plan.State.FINALIZED)
            _end_in_source(plan_of(job), job)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="migration")
        plan = plan_of(job)
        but = all_but(plan, before=", ")
        sentence = f"{plan.tenant_name} was deleted from {plan.source}{but}: its move is final."
        return Event(name="migration.finalized", severity=Severity.SUCCESS, sentence=sentence)


def _end_in_source(plan: Plan, job: Job) -> None:
    """Forget the tenant of the source with its project; if that stays, its users work on there."""
    if keeps_project(plan):
        leave_with_source(plan, job)
        return
    plan.source.tenants.filter(project_id=plan.tenant_id).delete()
    end_with_source(plan)
