"""What a job's debug bundle has of its plan."""

from collections.abc import Iterator

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.bundle import File, as_json, row_data, rows_data
from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan

MOST_ROWS = 20_000


def plan_files(job: Job) -> Iterator[File]:
    """Yield the plan of a job with its rows, and both clouds as last seen."""
    number = job.params.get("plan")
    plan = Plan.objects.filter(pk=number).first() if isinstance(number, int) else None
    if plan is None:
        return
    yield "plan.json", as_json(row_data(plan))
    for name in ("items", "findings", "differences", "ledger_entries"):
        yield f"{name}.json", as_json(rows_data(getattr(plan, name).all(), MOST_ROWS))
    clouds = Cloud.objects.filter(pk__in=(plan.source_id, plan.destination_id))
    told = [row_data(cloud, without=("location", "section")) for cloud in clouds]
    yield "clouds.json", as_json(told)
