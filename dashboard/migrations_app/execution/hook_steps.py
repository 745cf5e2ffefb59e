"""The hooks around a tenant's move, the cutover of each of its servers, and a rollback."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.clients.hooks.base import Moment
from dashboard.clients.openstack import Json
from dashboard.hooks.calling import call_hook
from dashboard.hooks.configured import hook_named
from dashboard.hooks.steps import HookSteps, around, following, forget_calls
from dashboard.hosts_app.clouds import connect
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Step
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.execute import HALT
from dashboard.migrations_app.execution.graph import step_key
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.compute.server.states import ACTIVE

SERVER, ADDRESS = "server", "floating_ip"
KIND_OF_ADDRESS = "OS-EXT-IPS:type"


def facts_of(plan: Plan) -> dict[str, str]:
    """Return what hooks are told about the move of a tenant."""
    return {
        "tenant": plan.tenant_name,
        "tenant_id": plan.tenant_id,
        "source": plan.source.name,
        "destination": plan.destination.name,
        "plan": str(plan.pk),
    }


def with_hooks(plan: Plan, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Return the steps of an execution with those of the hooks that are configured.

    What a hook did well for the plan is not done again by another execution of it. Raises
    ``BadInput`` for an error in the configuration.
    """
    hooks = HookSteps.read(_about(plan))
    if not hooks.hooks:
        return list(steps)
    facts, about = facts_of(plan), _about(plan)
    inner = _around_servers(plan, hooks, steps)
    after = hooks.at(Moment.AFTER_TENANT, facts, about=about, phase=Phase.COMPLETE)
    if not (inner or after):
        return []
    before = hooks.at(Moment.BEFORE_TENANT, facts, about=about)
    return around(inner, before=before, after=after)


def around_rollback(plan: Plan, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Return the steps of a rollback between its hooks."""
    facts, about = facts_of(plan), f"{_about(plan)}rollback"
    hooks = HookSteps.read(about)
    before = hooks.at(Moment.BEFORE_ROLLBACK, facts, about=about)
    after = hooks.at(Moment.AFTER_ROLLBACK, facts, about=about, phase=Phase.COMPLETE)
    return around(steps, before=before, after=after)


def forget_hooks(plan: Plan) -> None:
    """Have the hooks of a plan called again if it is executed again: it was rolled back."""
    forget_calls(_about(plan))


def perform_hook(plan: Plan, step: Step, context: StepContext) -> None:
    """Call the hook of a step; one after a server is told where its copy can be reached.

    A copy that does not run because its original did not answers no check: it is not asked.
    """
    facts: Mapping[str, str] = {}
    if step.params["moment"] == Moment.AFTER_SERVER:
        entry = ledger.entry_of(plan, SERVER, step.params["facts"]["server_id"])
        copy = _copy(plan, entry) if entry and entry.destination_id else None
        if copy and _stays_halted(entry, copy) and hook_named(step.params["hook"]).is_check:
            context.log(f"Its server is {copy['status']}, as before its move: it is not checked.")
            return
        facts = _reached_at(copy) if copy else {}
    call_hook(step, context, facts=facts)


def _about(plan: Plan) -> str:
    return f"plan:{plan.pk}:"


def _around_servers(plan: Plan, hooks: HookSteps, steps: Sequence[StepSpec]) -> list[StepSpec]:
    found = {step.key: step for step in steps}
    addresses = list(plan.items.filter(type=ADDRESS))
    servers = _ServerHooks(plan, hooks, found, addresses)
    added = [
        hook
        for item in plan.items.filter(type=SERVER, action=PlanItem.Action.CREATE)
        for hook in servers.of(item)
    ]
    return [*found.values(), *added]


@dataclass(frozen=True)
class _ServerHooks:
    """Adds the hooks of servers to the steps of an execution, by their keys."""

    plan: Plan
    hooks: HookSteps
    steps: dict[str, StepSpec]
    addresses: Sequence[PlanItem]

    def of(self, item: PlanItem) -> list[StepSpec]:
        """Return the steps of a server's hooks; its halt waits for the first ones."""
        facts = facts_of(self.plan) | {"server": item.name, "server_id": item.source_id}
        about = f"{_about(self.plan)}server:{item.source_id}"
        before, after = (
            self.hooks.at(moment, facts, about=about, phase=Phase.CUTOVER)
            for moment in (Moment.BEFORE_SERVER, Moment.AFTER_SERVER)
        )
        halt = self.steps.get(step_key(item, HALT))
        found = self._before(before, halt) if before and halt else []
        return [*found, *self._after(after, item, halt)]

    def _before(self, hooks: Sequence[StepSpec], halt: StepSpec) -> list[StepSpec]:
        """Open the server's chain with the hooks, once all is there that its halt waits for."""
        waits = [*halt.needs, *halt.after]
        first, *rest = hooks
        first = replace(first, after=waits, opens_chain=halt.opens_chain)
        after = [*halt.after, hooks[-1].key]
        self.steps[halt.key] = replace(halt, after=after, opens_chain=False)
        return [replace(hook, chain=halt.chain) for hook in (first, *rest)]

    def _after(
        self, hooks: Sequence[StepSpec], item: PlanItem, halt: StepSpec | None
    ) -> list[StepSpec]:
        """Call the hooks once the copy and its floating addresses are there."""
        keys = [step_key(item, stage) for stage in ("create", "attach", "power")]
        keys += [key for each in self._addresses_of(item) for key in _keys_of(each)]
        chain = halt.chain if halt else ""
        there = [key for key in keys if key in self.steps]
        return [replace(hook, chain=chain) for hook in following(hooks, there)]

    def _addresses_of(self, server: PlanItem) -> Iterable[PlanItem]:
        for item in self.addresses:
            refs = item.requires.get("disassociate", ())
            if any(list(ref[:2]) == [SERVER, server.source_id] for ref in refs):
                yield item


def _keys_of(item: PlanItem) -> list[str]:
    return [step_key(item, stage) for stage in ("disassociate", "create")]


def _copy(plan: Plan, entry: LedgerEntry) -> Json:
    return connect(plan.destination).get("compute", f"/servers/{entry.destination_id}", "server")


def _stays_halted(entry: LedgerEntry | None, copy: Json) -> bool:
    original = entry.stage_data.get("status") if entry else None
    return copy["status"] != ACTIVE and original not in (None, ACTIVE)


def _reached_at(copy: Json) -> Mapping[str, str]:
    """Return the first floating and the first fixed address of a server's copy."""
    facts = {f"{kind}_address": addresses[0] for kind, addresses in _by_kind(copy).items()}
    return {**facts, "destination_server_id": copy["id"]}


def _by_kind(server: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for networks in server["addresses"].values():
        for address in networks:
            found.setdefault(str(address[KIND_OF_ADDRESS]), []).append(str(address["addr"]))
    return found
