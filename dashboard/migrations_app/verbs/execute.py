"""Execute: creates everything on the destination."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.defaultfilters import capfirst, pluralize
from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.chains import IN_ORDER
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.operating import require_ahead
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.chains import chained
from dashboard.migrations_app.execution.execute import (
    count_vanished,
    remaining_steps,
    reopen,
    servers_to_halt,
)
from dashboard.migrations_app.execution.graph import BARRIER
from dashboard.migrations_app.execution.hook_steps import with_hooks
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.maintenance_steps import with_maintenance
from dashboard.migrations_app.execution.rollback import put_back_steps, unfinished_rollback
from dashboard.migrations_app.execution.server_order import ORDERS, PLANNED, ServerOrder
from dashboard.migrations_app.execution.skipping import count_skipped
from dashboard.migrations_app.models import Plan, PlanFinding, PlanItem
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.planning.first_pace import first_pace
from dashboard.migrations_app.planning.prediction import predictions_of_servers
from dashboard.migrations_app.planning.preflight import can_lift_blocks
from dashboard.migrations_app.stretch.chosen import begin_chosen, with_gateways
from dashboard.migrations_app.verbs.base import PlanVerb, ProgressStep, progress_of_job

POSSIBLE = frozenset(
    {Plan.State.READY, Plan.State.EXECUTING, Plan.State.EXECUTED, Plan.State.ROLLED_BACK}
)
ALL_MOVED = "All moved"
PHASES = {phase.label.lower(): phase for phase in Phase}


class Execute(PlanVerb):
    """Carries a plan out, or goes on with what is left of it."""

    name = "execute"
    title = "Execute"
    effect = "Create everything on the destination. The source's servers stop at cutover."
    order = 20
    page_confirmation = "the tenant's name"
    button = "Execute"
    stay = "Not now"
    touched_title = "Servers that stop at cutover"
    icon = "play"
    options = (
        Option(
            name="hold_before",
            label="Hold before",
            default="",
            blank="Nothing: it runs to its end",
            choices={
                "prepare": "Everything: nothing is done before",
                "cutover": "Cutover: the source's servers still run",
                "complete": "Completion: passwords and clean-up are left",
            },
        ),
        Option(
            name="hold_until",
            label="Hold until",
            default=None,
            of=datetime,
            help="Without a time it waits to be released. A time alone holds before cutover.",
        ),
        Option(
            name="servers_at_once",
            label="Servers at once in cutover",
            default=0,
            least=0,
            most=1000,
            help="0: it adapts, as long as a server is down for about as long as one alone. "
            "A number is fixed: the fewer, the sooner each runs again.",
        ),
        Option(
            name="server_order",
            label="Order of servers",
            default=PLANNED,
            choices=ORDERS,
            help="By the size of their disks, or as the plan has them.",
        ),
        Option(
            name="servers_first",
            label="Servers that go first",
            default=[],
            metavar="SERVER",
            help="Names or ids in order, with commas between. What stands after a / begins when "
            "all before it is through: db-1, /, web-1, web-2.",
        ),
    )

    @override
    def warning(self, target: Plan) -> str:
        return (
            f"Everything that is left to move is created on {target.destination}. At cutover the "
            f"servers below stop on {target.source}: nobody reaches them until their copies run. "
            "To choose when, hold before cutover."
        )

    @override
    def touched(self, target: Plan) -> list[str]:
        return servers_to_halt(target)

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state == Plan.State.BLOCKED:
            return _blocked(plan)
        if plan.state not in POSSIBLE:
            return WrongState(
                f"Plan {plan.pk} cannot be executed: it is {plan.get_state_display().lower()}.",
                fix="Make a new plan.",
            )
        if rollback := unfinished_rollback(plan):
            return WrongState(
                f"Job {rollback.pk} has begun to roll this move back, and did not end.",
                fix="Roll back until nothing is left; then execute.",
            )
        if count := count_vanished(plan):
            return WrongState(
                f"{count} object{pluralize(count)} that the plan found already migrated "
                f"{pluralize(count, 'is,are')} no longer on {plan.destination}.",
                fix="Make a new plan.",
            )
        return None

    @override
    def is_next(self, target: Plan) -> bool:
        # the job of one that is begun is released or resumed
        return target.state == Plan.State.READY

    @override
    def progress(self, plan: Plan, job: Job | None) -> ProgressStep | None:
        if plan.state == Plan.State.ROLLED_BACK:
            return ProgressStep(self.title, "rolled_back", "Rolled back")
        if plan.state in (Plan.State.EXECUTED, Plan.State.FINALIZED):
            return self._moved(plan, job)
        return progress_of_job(self.title, job, otherwise="Not started")

    def _moved(self, plan: Plan, job: Job | None) -> ProgressStep:
        """Return what was moved; it is not good while something was left out or skipped."""
        words = capfirst(all_but(plan, otherwise=ALL_MOVED))
        if count := count_skipped(plan, job) if job else 0:
            words += f", {count} step{pluralize(count)} of the others skipped"
        is_all = words == ALL_MOVED
        return ProgressStep(self.title, "done" if is_all else "warn", words)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        """Start it, and answer in the ledger for what earlier plans have created.

        Raises ``BadInput`` for a time to hold until that has passed.
        """
        until = options["hold_until"]
        require_ahead(until)
        hold = PHASES.get(options["hold_before"]) or (Phase.CUTOVER if until else None)
        order = _order_of(target, options)
        with transaction.atomic():
            ledger.take_over(target)
            reopen(target)
            begin_chosen(target)
            job = start_job(
                kind=self.name,
                title=f"Move {target.tenant_name} from {target.source} to {target.destination}",
                subject=target.subject,
                steps=planned_steps(target, order),
                params={"plan": target.pk, **({IN_ORDER: True} if order.is_chosen else {})},
                hold_before=hold,
                hold_until=until,
                chains_at_once=options["servers_at_once"],
                pace=None if options["servers_at_once"] else first_pace(target),
                requester=requester,
            )
            found = (PlanItem.Action.ADOPT, PlanItem.Action.MAP)
            for item in target.items.filter(action__in=found):
                ledger.record_found(item)
            Plan.objects.filter(pk=target.pk).update(state=Plan.State.EXECUTING)
        return job


def planned_steps(plan: Plan, order: ServerOrder | None = None) -> list[StepSpec]:
    """Return the steps that executing the plan now would do, by default in the plan's order."""
    moving = with_gateways(plan, [*put_back_steps(plan), *chained(remaining_steps(plan))])
    steps = with_hooks(plan, moving)
    ordered = (order or ServerOrder()).of(plan, steps)
    return with_maintenance(plan, ordered, barrier=BARRIER)


def _order_of(plan: Plan, options: Mapping[str, Any]) -> ServerOrder:
    return ServerOrder(
        order=options["server_order"],
        first=options["servers_first"],
        predicted=predictions_of_servers(plan),
    )


def _blocked(plan: Plan) -> WrongState:
    """Return that findings block the plan, and the one way out that they leave."""
    count = total(numbers_of(plan).findings, severity=PlanFinding.Severity.BLOCK)
    then = "run preflight" if can_lift_blocks(plan) else "plan again"
    return WrongState(
        f"Plan {plan.pk} is blocked by {count} finding{pluralize(count)}.",
        fix=f"Do what {pluralize(count, 'it says,they say')}, then {then}.",
    )
