"""What the verbs of plans and of tenants share, and which there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.jobs.verb import Verb, verbs_of
from dashboard.migrations_app.maintenance.locks import subject_in
from dashboard.migrations_app.models import Plan, Tenant


@dataclass(frozen=True)
class ProgressStep:
    """How far a plan has come with one verb: a state's name, for its look, and a few words.

    ``job`` is there where its page tells more.
    """

    title: str
    state: str
    words: str
    job: Job | None = None


class PlanVerb(Verb[Plan]):
    """A verb of a plan. Its job has the plan's number among its parameters."""

    @override
    def subject(self, target: Plan) -> str:
        return target.subject

    @override
    def to_type(self, target: Plan) -> str:
        return target.tenant_name if self.typed_on_pages else ""

    @override
    def refusal(self, target: Plan) -> PumphouseError | None:
        if target.state == Plan.State.DRAFTING:
            return WrongState(
                f"Plan {target.pk} has not been drafted.",
                fix="Wait for the job that drafts it, or resume that job.",
            )
        return self.plan_refusal(target)

    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        """Return why a plan that has been drafted forbids it, None when it does not."""
        return None

    def progress(self, plan: Plan, job: Job | None) -> ProgressStep | None:
        """Return how far the plan has come with it, None for a verb off the straight way.

        ``job`` is the latest one of this verb for the plan.
        """
        return None


def progress_of_job(title: str, job: Job | None, *, otherwise: str) -> ProgressStep:
    """Return a step that shows the job; with no job, or one that is done, the other words."""
    if job is None or job.state == JobState.DONE:
        return ProgressStep(title, "pending", otherwise)
    return ProgressStep(title, job.state, f"Job {job.pk} {job.get_state_display().lower()}", job)


class TenantVerb(Verb[Tenant]):
    """A verb of a tenant on one cloud."""

    @override
    def subject(self, target: Tenant) -> str:
        return subject_in(target.cloud, target.project_id)


@cache
def plan_verbs() -> Sequence[PlanVerb]:
    """Return the verbs of a plan in their order."""
    return verbs_of(PlanVerb)


@cache
def tenant_verbs() -> Sequence[TenantVerb]:
    """Return the verbs of a tenant in their order."""
    return verbs_of(TenantVerb)
