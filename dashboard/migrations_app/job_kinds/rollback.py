"""The job that rolls a plan back."""

from typing_extensions import override

from dashboard.hooks.steps import is_hook
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.hook_steps import forget_hooks, perform_hook
from dashboard.migrations_app.execution.maintenance_steps import is_of_maintenance, perform_step
from dashboard.migrations_app.execution.rollback import forget_found, undo_stage
from dashboard.migrations_app.models import Plan, PlanItem, plan_of
from dashboard.migrations_app.stretch.work import is_of_stretch
from dashboard.migrations_app.stretch.work import perform_step as perform_stretch


class Rollback(JobKind):
    """Undoes one stage of one object's move in each step."""

    name = "rollback"
    permission = Action.ROLLBACK

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if is_of_stretch(step):
            perform_stretch(step, context)
            return
        if is_of_maintenance(step):
            perform_step(plan_of(step.job), step, context)
            return
        if is_hook(step):
            perform_hook(plan_of(step.job), step, context)
            return
        items = PlanItem.objects.select_related("plan__source", "plan__destination")
        item = items.get(pk=step.params["item"])
        undo_stage(item, step.action, context, closes=step.params.get("closes"))

    @override
    def on_finished(self, job: Job) -> None:
        """Store that the plan was rolled back, when all of it was."""
        if job.state == JobState.DONE:
            plan = plan_of(job)
            forget_found(plan)
            forget_hooks(plan)
            Plan.objects.filter(pk=plan.pk).update(state=Plan.State.ROLLED_BACK)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="migration")
        plan = plan_of(job)
        sentence = f"The move of {plan.tenant_name} to {plan.destination} was rolled back."
        return Event(name="migration.rolled_back", severity=Severity.SUCCESS, sentence=sentence)
