"""What a job's page says of its tenant: servers that are down, and what a green state may hide."""

from collections.abc import Iterator

from dashboard.jobs.models import Job
from dashboard.jobs.notices import JobNotice
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.left_out import items_left_out, numbers_left_out, words_of
from dashboard.migrations_app.execution.outages import outages_of
from dashboard.migrations_app.execution.verify import count_unexpected
from dashboard.migrations_app.models import plan_of

OUTAGE = "tenants/_outage_notice.html"
LEFT_OUT = "plans/_left_out_notice.html"
SHOWN = 8
"""How many of the objects that were left out are named."""
DIFFERENCES = "plans/_differences_notice.html"


def outage_notices(job: Job) -> Iterator[JobNotice]:
    """Yield a notice for each move of the job's tenant that keeps servers down."""
    if job.params.get("plan"):
        yield from (JobNotice(template=OUTAGE, about=outage) for outage in outages_of(job.subject))


def result_notices(job: Job) -> Iterator[JobNotice]:
    """Yield what an execution or a verify that is done did not move, or found to differ."""
    is_result = job.kind in ("execute", "verify") and job.state == JobState.DONE
    if not is_result or "plan" not in job.params:
        return
    plan = plan_of(job)
    if job.kind == "verify" and (count := count_unexpected(plan)):
        yield JobNotice(template=DIFFERENCES, about={"plan": plan, "count": count})
    if numbers := numbers_left_out(plan):
        shown = items_left_out(plan).only("plan", "type", "source_id", "name")[:SHOWN]
        number = sum(numbers.values())
        about = {"plan": plan, "words": words_of(numbers), "items": shown, "number": number}
        yield JobNotice(template=LEFT_OUT, about={**about, "more": max(0, number - SHOWN)})
