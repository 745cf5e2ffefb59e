"""The steps that join a network across both clouds, and those that part it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from dashboard.errors import Conflict, NotFound, WrongState
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.starting import conflict_over, conflict_with
from dashboard.migrations_app.models import LedgerEntry, Plan, Stretch, StretchPart
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.stretch.gateway import NUMBERS
from dashboard.migrations_app.stretch.joining import make_ports, make_server
from dashboard.migrations_app.stretch.parts import remove_all
from dashboard.migrations_app.stretch.preparing import prepare
from dashboard.migrations_app.stretch.sides import Side, side_of
from dashboard.migrations_app.stretch.watching import look

PREFIX = "stretch:"
GROUP = "network"


class Action(StrEnum):
    """What a step about a stretched network does; rows of steps have these words."""

    PREPARE = "prepare"
    PORTS = "ports"
    SERVER = "server"
    LOOK = "look"
    PART = "part"


_REMOVING_KINDS = ("rollback", "finalize")


def stretch_subject(plan: Plan) -> str:
    """Return the subject of the jobs about the tenant's stretched networks.

    It is not the plan's: a network is joined while the servers on it move.
    """
    return f"stretch:{plan.tenant_id}"


def why_not_now(plan: Plan) -> Conflict | None:
    """Return that the plan's own job removes the gateways, None when none does."""
    active = Job.objects.filter(active_subject=plan.subject, kind__in=_REMOVING_KINDS)
    return conflict_with(active.first())


def under_way(plan: Plan) -> Conflict | None:
    """Return that a job is at work on the tenant's gateways, None when none is."""
    if plan.stretches_read is not None and not plan.stretches_read:
        return None  # each of these jobs is about a network that is joined, or begun to be
    return conflict_over(stretch_subject(plan))


def open_stretches(plan: Plan) -> list[Stretch]:
    """Return the networks of the plan's tenant that are joined, or begun to be, of any plan."""
    if plan.stretches_read is not None:
        return [*plan.stretches_read]
    found = Stretch.objects.filter(
        plan__source=plan.source_id,
        plan__destination=plan.destination_id,
        plan__tenant_id=plan.tenant_id,
        state__in=Stretch.OPEN,
    )
    return list(found.select_related("plan__source", "plan__destination"))


def new_stretch(plan: Plan, network: str, options: Mapping[str, Any]) -> Stretch:
    """Store that a network is to be joined: it has been moved, and is named by its name or id.

    Raises ``NotFound`` for a network that the plan has not moved, ``WrongState`` for one that is
    joined already.
    """
    entry = _moved_network(plan, network)
    if any(each.network_id == entry.source_id for each in open_stretches(plan)):
        raise WrongState(f"The network {entry.name} is joined already.", fix="Part it first.")
    return store_stretch(plan, entry.source_id, entry.name, options)


def store_stretch(
    plan: Plan, network_id: str, network_name: str, options: Mapping[str, Any]
) -> Stretch:
    """Store that a network of the source is to be joined."""
    return Stretch.objects.create(
        plan=plan,
        network_id=network_id,
        network_name=network_name,
        number=1 + secrets.randbelow(len(NUMBERS)),
        marker=f"pumphouse-gateway-{secrets.token_hex(8)}",
        options=dict(options),
    )


def _moved_network(plan: Plan, wanted: str) -> LedgerEntry:
    moved = movable_networks(plan)
    found = [each for each in moved if wanted in ("", each.name, each.source_id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(each.name for each in moved)) or "none"
    raise NotFound(
        f"{len(found) or 'No'} moved networks are named {wanted!r}."
        if wanted
        else f"{plan.tenant_name} has {len(found) or 'no'} moved networks.",
        fix=f"Name one of them, by its id if need be: {names}.",
    )


def has_movable_network(plan: Plan) -> bool:
    """Return whether there are ``movable_networks``, on a page by what it has counted."""
    if plan.numbers_read is None:
        return bool(movable_networks(plan))
    entries = numbers_of(plan).entries
    return total(entries, type="network", state=LedgerEntry.State.PRESENT) > 0


def movable_networks(plan: Plan) -> list[LedgerEntry]:
    """Return the ledger's entries of the tenant's own networks that both clouds have."""
    items = plan.items.filter(type="network").values("source_id")
    entries = LedgerEntry.objects.filter(
        source_cloud=plan.source_id, destination_cloud=plan.destination_id, type="network"
    )
    return list(entries.filter(source_id__in=items, state=LedgerEntry.State.PRESENT))


def joining_steps(stretch: Stretch) -> list[StepSpec]:
    """Return the steps that join a network: both gateways have ports before either boots."""
    plan, name = stretch.plan, stretch.network_name
    clouds = {"source": plan.source, "destination": plan.destination}
    first = _step(stretch, Action.PREPARE, f"Look up what the gateways of {name} need")
    ports = [
        _step(
            stretch,
            Action.PORTS,
            f"Make the ports of the gateway in {cloud}",
            side,
            needs=[first.key],
        )
        for side, cloud in clouds.items()
    ]
    keys = [step.key for step in ports]
    servers = [
        _step(stretch, Action.SERVER, f"Boot the gateway server in {cloud}", side, needs=keys)
        for side, cloud in clouds.items()
    ]
    keys = [step.key for step in servers]
    return [first, *ports, *servers, _step(stretch, Action.LOOK, f"Look at {name}", needs=keys)]


def looking_steps(stretches: Sequence[Stretch]) -> list[StepSpec]:
    """Return a step for each network that looks at its gateways."""
    return [_step(each, Action.LOOK, f"Look at {each.network_name}") for each in stretches]


def parting_steps(stretches: Sequence[Stretch]) -> list[StepSpec]:
    """Return the steps that remove the gateways of networks, one for each cloud."""
    return [
        _step(each, Action.PART, f"Remove the gateway of {each.network_name} from {cloud}", side)
        for each in stretches
        for side, cloud in (("source", each.plan.source), ("destination", each.plan.destination))
    ]


def before_removals(
    plan: Plan, steps: Sequence[StepSpec], *, unless: Callable[[StepSpec], bool] | None = None
) -> list[StepSpec]:
    """Add the removal of the tenant's gateways before these steps, but for some that go first."""
    first = parting_steps(open_stretches(plan))
    keys = [step.key for step in first]
    return [
        *first,
        *(
            step if unless and unless(step) else replace(step, after=[*step.after, *keys])
            for step in steps
        ),
    ]


def parted_objects(plan: Plan) -> list[str]:
    """Return a line for each gateway that a rollback or finalizing removes."""
    return [
        f"gateway of network {each.network_name} in both clouds" for each in open_stretches(plan)
    ]


def _step(
    stretch: Stretch, action: Action, title: str, side: str = "", *, needs: Sequence[str] = ()
) -> StepSpec:
    return StepSpec(
        key=f"{PREFIX}{stretch.pk}:{action}:{side}".rstrip(":"),
        action=action,
        title=title,
        group=GROUP,
        params={"stretch": stretch.pk, "side": side},
        needs=needs,
    )


def is_of_stretch(step: Step) -> bool:
    """Return whether a step of a migration's job is about a gateway."""
    return step.key.startswith(PREFIX)


def perform_step(step: Step, context: StepContext) -> None:
    """Do one step about a stretched network."""
    rows = Stretch.objects.select_related("plan__source", "plan__destination")
    stretch = rows.get(pk=step.params["stretch"])
    match Action(step.action):
        case Action.PREPARE:
            prepare(stretch)
        case Action.PORTS:
            make_ports(_side(stretch, step, context))
        case Action.SERVER:
            make_server(_side(stretch, step, context))
        case Action.LOOK:
            _look(stretch, context)
        case Action.PART:
            _part(_side(stretch, step, context), context)


def _side(stretch: Stretch, step: Step, context: StepContext) -> Side:
    return side_of(stretch, step.params["side"], advanced=context.advanced)


def _look(stretch: Stretch, context: StepContext) -> None:
    for side, health in look(stretch).items():
        cloud = stretch.plan.source if side == StretchPart.Side.SOURCE else stretch.plan.destination
        context.log(f"The gateway of {stretch.network_name} in {cloud} is {health}.")
    joining = Stretch.objects.filter(pk=stretch.pk, state=Stretch.State.JOINING)
    joining.update(state=Stretch.State.JOINED)


def _part(side: Side, context: StepContext) -> None:
    stretch = side.stretch
    rows = Stretch.objects.filter(pk=stretch.pk)
    rows.exclude(state=Stretch.State.PARTED).update(state=Stretch.State.PARTING)
    removed = remove_all(side)
    context.log(f"Removed {removed} parts of the gateway of {stretch.network_name}.")
    if not stretch.parts.exclude(state=StretchPart.State.REMOVED).exists():
        rows.update(state=Stretch.State.PARTED)


def end_empty(job: Job) -> None:
    """Store that a network is parted of which nothing was made before its job ended."""
    stretch = Stretch.objects.filter(pk=job.params.get("stretch")).first()
    if stretch and stretch.state == Stretch.State.JOINING and not stretch.parts.exists():
        Stretch.objects.filter(pk=stretch.pk).update(state=Stretch.State.PARTED)


def unhealthy(job: Job) -> str:
    """Return which networks of a job have stopped to join both clouds, "" for none."""
    seen = [step.params["stretch"] for step in job.steps.all()]
    broken = Stretch.objects.filter(pk__in=seen, broken_since__gte=job.created_at)
    names = ", ".join(broken.values_list("network_name", flat=True))
    return f"The gateways of {names} do not join both clouds any more." if names else ""
