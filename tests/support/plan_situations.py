"""The situations that a plan can be in, as rows: which verbs are possible differs in each."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanFinding
from tests.support import rows

State = Plan.State


def in_state(state: State) -> Callable[[Plan], None]:
    return lambda plan: change(plan, state=state)


def change(plan: Plan, **fields: object) -> None:
    Plan.objects.filter(pk=plan.pk).update(**fields)
    plan.refresh_from_db()


def blocked(made_by: str) -> Callable[[Plan], None]:
    def block(plan: Plan) -> None:
        change(plan, state=State.BLOCKED)
        PlanFinding.objects.create(
            plan=plan, severity="block", made_by=made_by, sentence="No room.", fix="Raise it."
        )

    return block


def executed(plan: Plan) -> None:
    rows.ledger_of(plan)
    rows.job_of(plan, JobState.DONE)
    change(plan, state=State.EXECUTED)


def broken_off(plan: Plan) -> None:
    rows.ledger_of(plan)
    rows.job_of(plan, JobState.FAILED)
    change(plan, state=State.EXECUTING)


def verified(plan: Plan) -> None:
    executed(plan)
    change(plan, verified_at=timezone.now())


def executed_since(plan: Plan) -> None:
    """The last verify is older than the last execution."""
    executed(plan)
    change(plan, verified_at=timezone.now() - timedelta(days=1))


def differing(plan: Plan) -> None:
    executed(plan)
    rows.differences_of(plan)
    change(plan, verified_at=timezone.now())


def in_maintenance(plan: Plan) -> None:
    verified(plan)
    plan.items.update(source_id=plan.tenant_id)
    plan.ledger_entries.update(source_id=plan.tenant_id)
    project = plan.ledger_entries.get(type="project")
    moved = rows.tenant_of(plan.destination, "moved")
    moved.project_id = project.destination_id
    rows.maintenance_of(moved, plan=plan)


def adopted(plan: Plan) -> None:
    """It has created nothing, but has acted in a stage of what it adopted."""
    executed(plan)
    plan.items.update(action="adopt")
    plan.ledger_entries.update(origin=LedgerEntry.Origin.ADOPTED, stages=["enter"])


def taken_over(plan: Plan) -> None:
    """A later plan of the tenant answers for what this one created."""
    executed(plan)
    later = rows.plan_of(plan.source.tenants.get(), plan.destination)
    later.items.exclude(type="project").delete()
    LedgerEntry.objects.update(plan=later)


def finalized(plan: Plan) -> None:
    verified(plan)
    change(plan, state=State.FINALIZED)


def rolled_back(plan: Plan) -> None:
    executed(plan)
    plan.ledger_entries.update(state=LedgerEntry.State.REMOVED)
    change(plan, state=State.ROLLED_BACK)


def vanished(plan: Plan) -> None:
    """What it relies on as already migrated was rolled back since."""
    plan.items.update(action="keep")


def busy(plan: Plan) -> None:
    verified(plan)
    rows.job_of(plan, JobState.RUNNING)


SITUATIONS: dict[str, Callable[[Plan], None]] = {
    "drafting": in_state(State.DRAFTING),
    "blocked by preflight": blocked("preflight"),
    "blocked by planning": blocked("plan"),
    "ready": in_state(State.READY),
    "broken off": broken_off,
    "executed": executed,
    "executed since it was verified": executed_since,
    "verified": verified,
    "differing": differing,
    "in maintenance": in_maintenance,
    "adopted only": adopted,
    "taken over": taken_over,
    "finalized": finalized,
    "rolled back": rolled_back,
    "vanished": vanished,
    "busy": busy,
}
