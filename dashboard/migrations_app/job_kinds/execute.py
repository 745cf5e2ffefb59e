"""The job that executes a plan."""

from django.db.models import F, Sum
from django.utils import timezone
from typing_extensions import override

from dashboard.hooks.steps import is_hook
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import BYTES, JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.backward import CLOSES
from dashboard.migrations_app.execution.execute import execute_stage
from dashboard.migrations_app.execution.graph import BARRIER
from dashboard.migrations_app.execution.hook_steps import perform_hook
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.maintenance_steps import is_of_maintenance, perform_step
from dashboard.migrations_app.execution.rollback import PUT_BACK, undo_stage
from dashboard.migrations_app.execution.skipping import leave_out_skipped
from dashboard.migrations_app.models import Plan, PlanItem, plan_of
from dashboard.migrations_app.stretch.work import is_of_stretch
from dashboard.migrations_app.stretch.work import perform_step as perform_stretch


class Execute(JobKind):
    """Does one stage of one object's move in each step."""

    name = "execute"
    permission = Action.EXECUTE

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if step.action == BARRIER:
            return
        if is_of_maintenance(step):
            perform_step(plan_of(step.job), step, context)
            return
        if is_of_stretch(step):
            perform_stretch(step, context)
            return
        if is_hook(step):
            perform_hook(plan_of(step.job), step, context)
            return
        items = PlanItem.objects.select_related("plan__source", "plan__destination")
        item = items.get(pk=step.params["item"])
        if step.params.get(PUT_BACK):
            undo_stage(item, step.action, context, closes=step.params.get(CLOSES))
        else:
            execute_stage(item, step.action, context)

    @override
    def on_finished(self, job: Job) -> None:
        """Store that the plan has been executed, when all of it was."""
        if job.state == JobState.DONE:
            leave_out_skipped(plan_of(job), job)
            copied = job.steps.filter(progress_unit=BYTES).aggregate(all=Sum("progress_done"))
            Plan.objects.filter(pk=job.params["plan"]).update(
                state=Plan.State.EXECUTED,
                moved_at=timezone.now(),
                bytes_copied=F("bytes_copied") + (copied["all"] or 0),
            )

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="migration")
        plan = plan_of(job)
        but = all_but(plan, before=", ")
        sentence = f"{plan.tenant_name} was moved from {plan.source} to {plan.destination}{but}."
        return Event(name="migration.finished", severity=Severity.SUCCESS, sentence=sentence)
