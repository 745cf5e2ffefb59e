"""The job that checks a plan again."""

from typing_extensions import override

from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action
from dashboard.migrations_app.models import plan_of
from dashboard.migrations_app.planning.preflight import preflight_again


class Preflight(JobKind):
    """Checks a stored plan against both clouds as they are now."""

    name = "preflight"
    permission = Action.PREFLIGHT

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        plan = plan_of(step.job)
        usable = preflight_again(plan)
        context.log("The plan can be executed." if usable else "The plan is blocked.")
