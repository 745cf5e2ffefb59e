"""What the skipped steps of an execution leave out of its plan."""

from django.db.models import BigIntegerField, Exists
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.states import StepState
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.left_out import items_left_out, present_in
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.plan_numbers import numbers_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT


def leave_out_skipped(plan: Plan, job: Job) -> None:
    """Leave out of the plan what has no copy because its steps were skipped.

    It becomes a choice of the plan, so that the plan that is made of it leaves the same out.
    """
    present, items = present_in(plan), {item.pk: item for item in plan.items.all()}
    skipped = job.steps.filter(state=StepState.SKIPPED).order_by("ordinal")
    by_item = {step.params.get("item"): step for step in reversed(skipped)}
    for number, step in by_item.items():
        item = items.get(number)
        if item and item.action == PlanItem.Action.CREATE and item.key not in present:
            leave_out(plan, item, step)
            write_log(job, f"Left out {item}: {step.skip_reason}", level=LogLevel.WARNING)
    if by_item:
        plan.save(update_fields=["choices"])


def leave_out(plan: Plan, item: PlanItem, step: Step | None) -> None:
    """Leave an object out of its plan since a step of it was skipped; the plan is not saved."""
    plan.choices[f"{item.type}:{item.source_id}"] = LEAVE_OUT
    by = (step and step.skipped_by) or "Pumphouse"
    reason = f"Skipped by {by}: {step.skip_reason if step else ''}"
    item.action, item.left_out_by = PlanItem.Action.SKIP, by
    item.losses = [{"field": "", "value": None, "reason": reason}]
    item.save(update_fields=["action", "left_out_by", "losses"])


def count_skipped(plan: Plan, job: Job) -> int:
    """Count the skipped steps of an execution of objects that have a copy all the same."""
    skipped = job.steps.filter(state=StepState.SKIPPED, params__has_key="item")
    of_items = skipped.annotate(item=Cast(KT("params__item"), BigIntegerField()))
    return of_items.exclude(item__in=items_left_out(plan).values("pk")).count()


def count_begun(plan: Plan) -> int:
    """Count what was left out after it was begun: it is not yet in the source as it was."""
    if not any(kind.left_out_by for kind in numbers_of(plan).items):
        return 0
    begun = ledger.entries_of_outer_item(plan).filter(
        ledger.HAS_BEGUN, origin=LedgerEntry.Origin.CREATED
    )
    return items_left_out(plan).filter(Exists(begun)).count()
