"""Which verbs a plan's page offers, and the reason for each that is not possible now.

The verbs check for themselves when they are called; this says beforehand what they would say.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.template.defaultfilters import pluralize

from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action
from dashboard.migrations_app.execution.execute import EXECUTABLE, count_vanished
from dashboard.migrations_app.execution.maintenance_steps import why_not_finalize
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanFinding


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A verb, what it does, and why it cannot be done now; an empty reason means that it can.

    ``confirmed`` verbs have a page that asks for the tenant's name.
    """

    verb: str
    action: Action
    effect: str
    reason: str
    confirmed: bool = False
    next: bool = False

    @property
    def address(self) -> str:
        """The name of the address that the verb's button goes to."""
        return f"plan-{self.verb}"


def offers_of(plan: Plan, active: Job | None) -> list[Offer]:
    """Return the verbs of a plan in their order. ``active`` is the tenant's job at work, if any."""
    return [
        _preflight(plan, active),
        _execute(plan, active),
        _verify(plan, active),
        _rollback(plan, active),
        _finalize(plan, active),
    ]


def _reason(plan: Plan, active: Job | None, why_not: Callable[[Plan], str]) -> str:
    if active:
        return f"Job {active.pk} is at work on this tenant."
    if plan.state == Plan.State.DRAFTING:
        return "The plan is not drafted yet."
    return why_not(plan)


def _preflight(plan: Plan, active: Job | None) -> Offer:
    return Offer(
        verb="preflight",
        action=Action.PREFLIGHT,
        effect="Checks quotas, clashes, networks and sizes on both clouds again. Changes nothing.",
        reason=_reason(plan, active, _why_no_preflight),
        next=plan.state == Plan.State.BLOCKED,
    )


def _why_no_preflight(plan: Plan) -> str:
    done = plan.state not in (Plan.State.READY, Plan.State.BLOCKED, Plan.State.ROLLED_BACK)
    return f"The plan is {plan.get_state_display().lower()}." if done else ""


def _execute(plan: Plan, active: Job | None) -> Offer:
    return Offer(
        verb="execute",
        action=Action.EXECUTE,
        effect="Creates everything on the destination. The source's servers stop at cutover.",
        reason=_reason(plan, active, _why_no_execute),
        next=plan.state in (Plan.State.READY, Plan.State.EXECUTING),
    )


def _why_no_execute(plan: Plan) -> str:
    blocks = plan.findings.filter(severity=PlanFinding.Severity.BLOCK).count()
    if plan.state == Plan.State.BLOCKED:
        return f"{blocks} finding{pluralize(blocks)} in the way: do what it says, then preflight."
    if plan.state not in EXECUTABLE:
        return f"The plan is {plan.get_state_display().lower()}: make a new one."
    if count_vanished(plan):
        return "What it found moved already has been rolled back since: make a new one."
    return ""


def _verify(plan: Plan, active: Job | None) -> Offer:
    return Offer(
        verb="verify",
        action=Action.VERIFY,
        effect="Reads both clouds and compares field by field, data by checksum. Changes nothing.",
        reason=_reason(plan, active, _why_no_verify),
        next=plan.state == Plan.State.EXECUTED and plan.verified_at is None,
    )


def _why_no_verify(plan: Plan) -> str:
    moved = plan.ledger_entries.filter(state=LedgerEntry.State.PRESENT).exists()
    return "" if moved else "Nothing has been moved by this plan."


def _rollback(plan: Plan, active: Job | None) -> Offer:
    return Offer(
        verb="rollback",
        action=Action.ROLLBACK,
        effect="Removes what this plan created and puts the source back as it was.",
        reason=_reason(plan, active, _why_no_rollback),
        confirmed=True,
    )


def _why_no_rollback(plan: Plan) -> str:
    if plan.state == Plan.State.FINALIZED:
        return "The source has been deleted: there is nothing to go back to."
    created = plan.ledger_entries.filter(origin=LedgerEntry.Origin.CREATED)
    left = created.exclude(state=LedgerEntry.State.REMOVED).exists()
    return "" if left else "This plan has created nothing that is still there."


def _finalize(plan: Plan, active: Job | None) -> Offer:
    return Offer(
        verb="finalize",
        action=Action.FINALIZE,
        effect="Deletes the tenant's objects in the source. Cannot be undone.",
        reason=_reason(plan, active, _why_no_finalize),
        confirmed=True,
    )


def _why_no_finalize(plan: Plan) -> str:
    if plan.state == Plan.State.FINALIZED:
        return "The source has been deleted already."
    if plan.state != Plan.State.EXECUTED:
        return "Everything has to be moved first."
    if plan.verified_at is None:
        return "Verify first."
    if count := plan.differences.filter(expected=False).count():
        return f"Verify found {count} difference{pluralize(count)} that the plan had not named."
    return why_not_finalize(plan)
