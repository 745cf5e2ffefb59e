"""Verify: compares both sides of a move."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.verify import accepted_words, count_unexpected, is_verified
from dashboard.migrations_app.models import LedgerEntry, Plan
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.verbs.base import PlanVerb, ProgressStep, progress_of_job


class Verify(PlanVerb):
    """Compares field by field what a plan has moved."""

    name = "verify"
    title = "Verify"
    effect = "Read both clouds and compare field by field, data by checksum. Nothing is changed."
    order = 30
    result = "differences"

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state == Plan.State.FINALIZED:
            return WrongState(
                f"{plan.tenant_name} has been deleted from {plan.source}: there is nothing to "
                "compare with.",
                fix="See the differences that the last verify found.",
            )
        if total(numbers_of(plan).entries, state=LedgerEntry.State.PRESENT):
            return None
        return WrongState(
            f"Nothing of {plan.tenant_name} has been moved by plan {plan.pk} yet.",
            fix="Execute it first.",
        )

    @override
    def is_next(self, target: Plan) -> bool:
        return target.state == Plan.State.EXECUTED and not is_verified(target)

    @override
    def is_success(self, target: Plan) -> bool:
        return not count_unexpected(target)

    @override
    def progress(self, plan: Plan, job: Job | None) -> ProgressStep | None:
        if (job and job.is_active) or plan.verified_at is None:
            return progress_of_job(self.title, job, otherwise="Not compared yet")
        if plan.state == Plan.State.ROLLED_BACK:
            return ProgressStep(self.title, "pending", "Not compared since the rollback")
        if not is_verified(plan):
            return ProgressStep(self.title, "pending", "Not compared since the last execution")
        if count := count_unexpected(plan):
            words = f"{count} unexpected difference{pluralize(count)}"
            return ProgressStep(self.title, "failed", words)
        but = all_but(plan, before=" in ")
        words = f"No unexpected difference{but}{accepted_words(plan)}"
        return ProgressStep(self.title, "warn" if but else "done", words)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_job(
            kind=self.name,
            title=f"Verify the move of {target.tenant_name}",
            subject=target.subject,
            steps=[StepSpec(key="verify", action="verify", title="Compare both clouds")],
            params={"plan": target.pk},
            requester=requester,
        )
