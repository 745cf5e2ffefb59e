"""Which verbs a plan's page offers, and why one of them is not possible now."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from dashboard.errors import PumphouseError
from dashboard.jobs.option_forms import OptionForm
from dashboard.jobs.roles import has_permission
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.base import PlanVerb, plan_verbs


@dataclass(frozen=True, kw_only=True)
class AvailableAction:
    """A verb on a plan's page; without a refusal it can be done now."""

    verb: PlanVerb
    refusal: PumphouseError | None
    is_next: bool

    @property
    def address(self) -> str:
        """The name of the address that its button goes to."""
        return address_name(self.verb)

    @property
    def form(self) -> OptionForm:
        """The fields of its options."""
        return OptionForm(self.verb.name, self.verb.options)


def address_name(verb: PlanVerb) -> str:
    """Return the name of the address of a plan's verb."""
    return f"plan-{verb.path}"


def available_actions(plan: Plan, user: User) -> list[AvailableAction]:
    """Return the verbs of a plan that a user may use, in their order."""
    return [_action(verb, plan) for verb in plan_verbs() if has_permission(user, verb.permission)]


def _action(verb: PlanVerb, plan: Plan) -> AvailableAction:
    refusal = verb.why_not(plan)
    return AvailableAction(verb=verb, refusal=refusal, is_next=not refusal and verb.is_next(plan))
