"""Preflight: checks a plan again."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Plan, PlanFinding
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.planning.preflight import can_lift_blocks
from dashboard.migrations_app.verbs.base import PlanVerb, ProgressStep, progress_of_job

POSSIBLE = frozenset({Plan.State.READY, Plan.State.BLOCKED, Plan.State.ROLLED_BACK})


class Preflight(PlanVerb):
    """Checks again whether anything blocks a plan that has not been executed."""

    name = "preflight"
    title = "Preflight"
    effect = "Check quotas, clashes, networks and sizes on both clouds again. Nothing is changed."
    order = 10
    result = "findings"

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state in POSSIBLE:
            return None
        return WrongState(
            f"Plan {plan.pk} is {plan.get_state_display().lower()}: preflight is for plans that "
            "have not been executed.",
            fix="Verify this one, or make a new plan.",
        )

    @override
    def is_next(self, target: Plan) -> bool:
        return target.state == Plan.State.BLOCKED and can_lift_blocks(target)

    @override
    def is_success(self, target: Plan) -> bool:
        return not _count(target, PlanFinding.Severity.BLOCK)

    @override
    def progress(self, plan: Plan, job: Job | None) -> ProgressStep | None:
        if (job and job.is_active) or plan.preflighted_at is None:
            return progress_of_job(self.title, job, otherwise="Not checked yet")
        blocks = _count(plan, PlanFinding.Severity.BLOCK)
        warnings = _count(plan, PlanFinding.Severity.WARN)
        words = f"{warnings} warning{pluralize(warnings)}"
        if blocks:
            words = f"{blocks} blocking, {words}"
        return ProgressStep(self.title, "blocked" if blocks else "done", words)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_job(
            kind=self.name,
            title=f"Preflight the move of {target.tenant_name}",
            subject=target.subject,
            steps=[StepSpec(key="preflight", action="preflight", title="Check both clouds")],
            params={"plan": target.pk},
            requester=requester,
        )


def _count(plan: Plan, severity: PlanFinding.Severity) -> int:
    return total(numbers_of(plan).findings, severity=severity)
