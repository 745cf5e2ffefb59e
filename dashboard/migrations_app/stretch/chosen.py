"""Networks that a plan joins across both clouds because that was chosen for them."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.models import Plan, PlanItem, Stretch
from dashboard.migrations_app.resources.choices import STRETCH, choice_of
from dashboard.migrations_app.stretch.options import GATEWAYS, gateways_of
from dashboard.migrations_app.stretch.work import joining_steps, open_stretches, store_stretch

_MOVING = (PlanItem.Action.CREATE, PlanItem.Action.ADOPT)


def begin_chosen(plan: Plan) -> None:
    """Store the networks to be joined, unless they are or are begun to be."""
    networks = _chosen_networks(plan)
    known = {each.network_id for each in open_stretches(plan)} if networks else set()
    for item in networks:
        if item.source_id not in known:
            options = gateways_of(plan.options.get(GATEWAYS) or [])
            store_stretch(plan, item.source_id, item.name, options)


def with_gateways(plan: Plan, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Add the steps that join the chosen networks, once each has its subnets, before cutover.

    Nothing waits for them: a gateway that fails holds no move.
    """
    chosen = {item.source_id for item in _chosen_networks(plan)}
    if not chosen:
        return list(steps)
    joining = [
        each
        for each in open_stretches(plan)
        if each.state == Stretch.State.JOINING and each.network_id in chosen
    ]
    return [*steps, *(step for each in joining for step in _joining_steps(each, steps))]


def _joining_steps(stretch: Stretch, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Return the steps that join a network, after those that make it and the tenant's subnets."""
    first, *others = joining_steps(stretch)
    early = [step for step in steps if step.phase == Phase.PREPARE]
    own = f"network:{stretch.network_id}:"
    needs = [step.key for step in early if step.key.startswith(own)]
    subnets = [step.key for step in early if step.group == "subnet"]
    return [replace(first, needs=needs, after=subnets), *others]


def _chosen_networks(plan: Plan) -> list[PlanItem]:
    if STRETCH not in plan.choices.values():
        return []
    networks = plan.items.filter(type="network", action__in=_MOVING)
    return [
        item
        for item in networks
        if choice_of(plan.choices, item.type, item.source_id, item.name) == STRETCH
    ]
