"""How far a plan has come: plan, preflight, execute, verify, finalize."""

from collections.abc import Sequence

from django.db.models import Prefetch, prefetch_related_objects

from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.verify import numbers_of_differences
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.stretch.work import open_stretches
from dashboard.migrations_app.verbs.base import ProgressStep, plan_verbs
from dashboard.migrations_app.verbs.plan import PlanMove

CHANGING = ("execute", "rollback")


def changing_job(jobs: Sequence[Job]) -> Job | None:
    """Return the latest of a plan's jobs that changes clouds, be it at work or not."""
    return next((job for job in jobs if job.kind in CHANGING), None)


def read_plan(plan: Plan, jobs: Sequence[Job]) -> None:
    """Read the plan's findings and ledger, and its items without the fields that only jobs need.

    What a page says about them, and about the ``jobs`` of its tenant, latest first, is then said
    without asking the database each time.
    """
    items = PlanItem.objects.defer("fields", "requires", "follows")
    entries = LedgerEntry.objects.defer("stage_data")
    related = Prefetch("items", items), Prefetch("ledger_entries", entries), "findings"
    prefetch_related_objects([plan], *related)
    plan.differences_read, plan.unexpected_read = numbers_of_differences(plan)
    plan.jobs_read = jobs
    plan.stretches_read = open_stretches(plan)


def plan_progress(plan: Plan, jobs: Sequence[Job]) -> list[ProgressStep]:
    """Return the progress steps of a plan; ``jobs`` are its own, latest first."""
    latest = {job.kind: job for job in reversed(jobs)}
    steps = [verb.progress(plan, latest.get(verb.name)) for verb in plan_verbs()]
    drafted = PlanMove().progress(plan, latest.get(PlanMove.name))
    return [drafted, *(step for step in steps if step)]
