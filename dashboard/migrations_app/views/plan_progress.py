"""How far a plan has come on its way: plan, preflight, execute, verify, finalize."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.template.defaultfilters import pluralize

from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan, PlanFinding


@dataclass(frozen=True)
class Stop:
    """One verb on a plan's way: how it stands (a state's name, for its look) and a few words.

    ``job`` is there where it is the job that tells more.
    """

    name: str
    state: str
    words: str
    job: Job | None = None


def jobs_of(plan: Plan) -> QuerySet[Job]:
    """Return the jobs about a plan, the latest first; the subject has the index."""
    return Job.objects.filter(subject=plan.subject, params__plan=plan.pk)


def way_of(plan: Plan, jobs: Sequence[Job]) -> list[Stop]:
    """Return all stops of a plan. ``jobs`` are the plan's own, the latest first."""
    latest = {job.kind: job for job in reversed(jobs)}
    return [
        _plan(plan, latest.get("plan")),
        _preflight(plan, latest.get("preflight")),
        _execute(plan, latest.get("execute")),
        _verify(plan, latest.get("verify")),
        _finalize(plan, latest.get("finalize")),
    ]


def _plan(plan: Plan, job: Job | None) -> Stop:
    if plan.state == Plan.State.DRAFTING:
        return _of_job("Plan", job, otherwise="Being drafted")
    return Stop("Plan", "done", f"{plan.items.count()} objects")


def _preflight(plan: Plan, job: Job | None) -> Stop:
    if (job and job.is_active) or plan.preflighted_at is None:
        return _of_job("Preflight", job, otherwise="Not checked yet")
    blocks = plan.findings.filter(severity=PlanFinding.Severity.BLOCK).count()
    warnings = plan.findings.filter(severity=PlanFinding.Severity.WARN).count()
    words = f"{warnings} warning{pluralize(warnings)}"
    if blocks:
        words = f"{blocks} in the way, {words}"
    return Stop("Preflight", "blocked" if blocks else "done", words)


def _execute(plan: Plan, job: Job | None) -> Stop:
    if plan.state == Plan.State.ROLLED_BACK:
        return Stop("Execute", "rolled_back", "Rolled back")
    if plan.state in (Plan.State.EXECUTED, Plan.State.FINALIZED):
        return Stop("Execute", "done", "All moved")
    return _of_job("Execute", job, otherwise="Not begun")


def _verify(plan: Plan, job: Job | None) -> Stop:
    if (job and job.is_active) or plan.verified_at is None:
        return _of_job("Verify", job, otherwise="Not compared yet")
    if plan.state == Plan.State.ROLLED_BACK:
        return Stop("Verify", "pending", "Not compared since the rollback")
    differences = plan.differences.filter(expected=False).count()
    if differences:
        return Stop(
            "Verify", "failed", f"{differences} unexpected difference{pluralize(differences)}"
        )
    return Stop("Verify", "done", "No unexpected difference")


def _finalize(plan: Plan, job: Job | None) -> Stop:
    if plan.state == Plan.State.FINALIZED:
        return Stop("Finalize", "done", "Deleted in the source")
    return _of_job("Finalize", job, otherwise="The source still has all")


def _of_job(name: str, job: Job | None, *, otherwise: str) -> Stop:
    if job is None or job.state == "done":
        return Stop(name, "pending", otherwise)
    return Stop(name, job.state, f"Job {job.pk} {job.get_state_display().lower()}", job)
