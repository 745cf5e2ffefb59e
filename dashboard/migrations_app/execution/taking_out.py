"""Takes a server out of a move that is under way: what has begun of it is undone in its job."""

from dashboard.jobs.models import Job, JobServer, Step
from dashboard.jobs.operating import skip_steps
from dashboard.jobs.starting import add_steps
from dashboard.jobs.states import StepState
from dashboard.migrations_app.execution.graph import BARRIER
from dashboard.migrations_app.execution.rollback import put_back_steps
from dashboard.migrations_app.execution.skipping import leave_out
from dashboard.migrations_app.models import PlanItem, plan_of


def put_back(job: Job, server: JobServer) -> None:
    """Leave the objects of a chain whose steps were skipped out of the plan, and add steps to the
    job that undo what has begun of them. The steps that complete the move wait for these."""
    plan = plan_of(job)
    because = server.steps_of_chain.filter(state=StepState.SKIPPED).first()
    for item in _items_of(server):
        _skip_rest(job, item, because)
        leave_out(plan, item, because)
    plan.save(update_fields=["choices"])
    known = {*job.steps.values_list("key", flat=True)}
    undone = [step for step in put_back_steps(plan) if step.key not in known]
    add_steps(job, undone, before=BARRIER)


def _items_of(server: JobServer) -> list[PlanItem]:
    """Return the objects that have steps in the server's chain."""
    known = server.steps_of_chain.values_list("params", flat=True)
    numbers = {params["item"] for params in known if "item" in params}
    return list(PlanItem.objects.select_related("plan").filter(pk__in=numbers))


def _skip_rest(job: Job, item: PlanItem, because: Step | None) -> None:
    """Skip what is left of an object outside of its chain, as cleaning up after its copy."""
    steps = list(job.steps.filter(key__startswith=f"{item.type}:{item.source_id}:"))
    if because:
        skip_steps(steps, reason=because.skip_reason, by=because.skipped_by)
