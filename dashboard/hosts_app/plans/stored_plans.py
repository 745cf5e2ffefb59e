"""What all plans share that are made by a job, stored, read, then started once."""

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction

from dashboard.errors import Conflict, NotFound, WrongState
from dashboard.hosts_app.models import EnvironmentPlan, HostPlan, StoredPlan
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job

PARAMETERS: Mapping[type[StoredPlan], str] = {
    HostPlan: "host_plan",
    EnvironmentPlan: "environment_plan",
}
"""The job parameter that has a plan's number."""


def start_planning(
    plan: StoredPlan,
    *,
    kind: str,
    title: str,
    subject: str,
    requester: Requester,
) -> None:
    """Store a new plan and start the job that makes it, both or neither.

    Raises ``Conflict`` while another plan with that subject is being made.
    """
    with transaction.atomic():
        plan.save()
        plan.plan_job = start_job(
            kind=kind,
            title=title,
            subject=subject,
            steps=[StepSpec(key="plan", action="plan", title=title)],
            params={PARAMETERS[type(plan)]: plan.pk},
            requester=requester,
        )
        plan.save(update_fields=["plan_job"])


def planning_of(plan: StoredPlan) -> Job:
    """Return the job that makes or made a plan. Raises ``NotFound`` if it was deleted."""
    if plan.plan_job is None:
        raise NotFound(f"The job that made plan {plan.pk} was deleted.", fix="Plan again.")
    return plan.plan_job


def keep_draft(plan: StoredPlan, draft: PlanDraft) -> None:
    """Store what a plan says. With a refusal it can never be started."""
    plan.lines = [asdict(line) for line in draft.lines]
    plan.refusals = [asdict(refusal) for refusal in draft.refusals]
    plan.notes, plan.content = list(draft.notes), dict(draft.content)
    plan.state = StoredPlan.State.REFUSED if plan.refusals else StoredPlan.State.READY
    plan.save()


def require_ready(plan: StoredPlan) -> None:
    """Raise ``WrongState`` if a plan cannot be started, ``Conflict`` if it was started before."""
    if plan.state == StoredPlan.State.STARTED:
        raise _started_before(plan)
    if plan.state == StoredPlan.State.DRAFTING:
        raise WrongState(f"{plan} is not ready.", fix="Wait for its job.")
    if plan.refusals:
        first = plan.refusals[0]
        more = f" ({len(plan.refusals) - 1} more in the plan.)" * (len(plan.refusals) > 1)
        raise WrongState(first["sentence"] + more, fix=first["fix"])


def take(plan: StoredPlan) -> None:
    """Mark a plan as started; of two who start it at the same time, one gets ``Conflict``."""
    ready = type(plan)._default_manager.filter(pk=plan.pk, state=StoredPlan.State.READY)
    if not ready.update(state=StoredPlan.State.STARTED):
        raise _started_before(plan)


def _started_before(plan: StoredPlan) -> Conflict:
    return Conflict(f"{plan} was started before.", fix="Plan again.")
