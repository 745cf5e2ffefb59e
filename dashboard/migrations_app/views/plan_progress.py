"""How far a plan has come: plan, preflight, execute, verify, finalize."""

from collections.abc import Sequence

from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.verify import numbers_of_differences
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.plan_numbers import read_numbers
from dashboard.migrations_app.stretch.work import open_stretches
from dashboard.migrations_app.verbs.base import ProgressStep, plan_verbs
from dashboard.migrations_app.verbs.plan import PlanMove

CHANGING = ("execute", "rollback")


def changing_job(jobs: Sequence[Job]) -> Job | None:
    """Return the latest of a plan's jobs that changes clouds, be it at work or not."""
    return next((job for job in jobs if job.kind in CHANGING), None)


def read_plan(plan: Plan, jobs: Sequence[Job]) -> None:
    """Read what a page says several times about a plan, and the ``jobs`` of its tenant, latest
    first, without asking the database each time; what the plan has many of is only counted.
    """
    read_numbers([plan])
    plan.differences_read, plan.unexpected_read = numbers_of_differences(plan)
    plan.jobs_read = jobs
    plan.stretches_read = open_stretches(plan)


def plan_progress(plan: Plan, jobs: Sequence[Job]) -> list[ProgressStep]:
    """Return the progress steps of a plan; ``jobs`` are its own, latest first."""
    latest = {job.kind: job for job in reversed(jobs)}
    steps = [verb.progress(plan, latest.get(verb.name)) for verb in plan_verbs()]
    drafted = PlanMove().progress(plan, latest.get(PlanMove.name))
    return [drafted, *(step for step in steps if step)]
