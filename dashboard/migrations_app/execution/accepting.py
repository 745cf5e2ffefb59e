"""Accepting differences: an operator says why one does not matter, and it no longer blocks.

That can be withdrawn until the move is final.
"""

from collections.abc import Sequence

from django.db import transaction

from dashboard import secrets
from dashboard.errors import BadInput, NotFound, WrongState
from dashboard.jobs.log import write_log
from dashboard.jobs.models import LogLevel
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import conflict_over
from dashboard.migrations_app.execution.acceptances import new_acceptance
from dashboard.migrations_app.execution.maintenance_steps import leave_when_verified
from dashboard.migrations_app.models import Plan, PlanDifference

PERMISSION = Action.PLAN
LONGEST = 200
"""The most characters of a reason."""


def difference_numbered(number: int) -> PlanDifference:
    """Return a difference of the last verify of its plan. Raises ``NotFound``."""
    found = PlanDifference.objects.select_related("plan", "job", "acceptance").filter(pk=number)
    if difference := found.first():
        return difference
    raise NotFound(
        f"There is no difference {number}: each verify of a plan numbers them anew.",
        fix="See the differences of the plan.",
    )


def accept(differences: Sequence[PlanDifference], *, reason: str, requester: Requester) -> Plan:
    """Accept differences of one plan, with a reason, and return the plan.

    Who, when and why are stored, and written to the log of the job that found them. Raises
    ``BadInput`` without a reason or for those of several plans, ``WrongState`` for what cannot be
    accepted, ``Conflict`` while a job is at work on the tenant.
    """
    reason, plan = _clean(reason), _plan_of(differences)
    with transaction.atomic():
        if conflict := conflict_over(plan.subject):
            raise conflict
        for difference in differences:
            _require_acceptable(difference)
            difference.acceptance = new_acceptance(difference, by=str(requester), reason=reason)
            difference.save(update_fields=["acceptance"])
            _log(difference)
    leave_when_verified(plan, requester)
    return plan


def withdraw(differences: Sequence[PlanDifference], *, requester: Requester) -> Plan:
    """Withdraw that differences of one plan were accepted, and return the plan.

    They block again, now and after the next verify. Raises ``BadInput`` for those of several plans,
    ``WrongState`` for what nobody has accepted, ``Conflict`` while a job is at work on the tenant.
    """
    plan = _plan_of(differences)
    with transaction.atomic():
        if conflict := conflict_over(plan.subject):
            raise conflict
        for difference in differences:
            _withdraw(difference, requester)
    return plan


def _withdraw(difference: PlanDifference, requester: Requester) -> None:
    _require_open(difference.plan)
    if difference.acceptance is None:
        raise WrongState(
            f"Nobody has accepted the difference in {difference.field}.",
            fix="Nothing is left to be done.",
        )
    _log(difference, f"Acceptance withdrawn by {requester}")
    difference.acceptance.delete()


def _plan_of(differences: Sequence[PlanDifference]) -> Plan:
    """Return the plan of them all: a job at work on another's tenant would not be noticed."""
    plans = {each.plan_id: each.plan for each in differences}
    if not plans:
        raise BadInput("No difference was chosen.", fix="Choose those that are accepted.")
    if len(plans) > 1:
        numbers = ", ".join(map(str, sorted(plans)))
        raise BadInput(
            f"These differences are of the plans {numbers}.",
            fix="Accept those of one plan at a time.",
        )
    return differences[0].plan


def _clean(reason: str) -> str:
    cleaned = secrets.mask(reason.strip())
    if not cleaned:
        raise BadInput("Accepting a difference needs a reason.", fix="Say why it does not matter.")
    if len(cleaned) > LONGEST:
        raise BadInput(f"The reason is longer than {LONGEST} characters.", fix="Shorten it.")
    return cleaned


def _require_acceptable(difference: PlanDifference) -> None:
    """Raise ``WrongState`` for a difference that does not block anything."""
    _require_open(difference.plan)
    if difference.expected:
        raise WrongState(
            f"The plan has announced the difference in {difference.field}: it blocks nothing.",
            fix="Accept only unexpected differences.",
        )
    if difference.acceptance:
        raise WrongState(
            f"{difference.acceptance.accepted_by} has already accepted this difference.",
            fix="Nothing is left to be done.",
        )


def _require_open(plan: Plan) -> None:
    if plan.state == Plan.State.FINALIZED:
        raise WrongState(
            f"The move of {plan.tenant_name} is final.", fix="Nothing is left to be done."
        )


def _log(difference: PlanDifference, what: str = "") -> None:
    accepted = difference.acceptance
    if difference.job and accepted:
        about = f"{difference.type} {difference.title}: {difference.field}"
        what = what or f"Accepted by {accepted.accepted_by}"
        sentence = f"{what}: {about}: {accepted.reason}"
        write_log(difference.job, sentence, level=LogLevel.WARNING)
