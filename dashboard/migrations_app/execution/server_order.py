"""In which order the servers of a move are halted: their chains, in waves.

Servers of one server group stand together. A wave begins when all servers of the earlier ones are
through: one that has failed holds it back until it was retried, skipped or taken out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from dashboard.errors import BadInput
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import GOES_WITH, PREDICTED, SERVER
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.execute import HALT
from dashboard.migrations_app.execution.graph import BARRIER, step_key
from dashboard.migrations_app.models import Plan, PlanItem

PLANNED, SMALLEST, LARGEST = "plan", "smallest", "largest"
ORDERS = {
    PLANNED: "As in the plan",
    SMALLEST: "The smallest first",
    LARGEST: "The largest first",
}
NEXT_WAVE = "/"
Key = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ServerOrder:
    """What was chosen: an order, and the names or ids of the servers that go first.

    ``NEXT_WAVE`` between names lets those after it begin only when those before are through.
    ``predicted`` has the bytes and the seconds of each server, by its id.
    """

    order: str = PLANNED
    first: Sequence[str] = ()
    predicted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Return whether it is another one than the plan's."""
        return self.order != PLANNED or bool(self.first)

    def of(self, plan: Plan, steps: Sequence[StepSpec]) -> list[StepSpec]:
        """Return the steps of an execution in that order. Raises ``BadInput`` for a server that the
        plan does not have."""
        servers = {item.pk: item for item in plan.items.filter(type="server")}
        places = self._places(servers.values())
        chains = _chains(steps, servers)
        if not chains:
            return list(steps)
        keys = {name: self._key(chain, places) for name, chain in chains.items()}
        keys = _side_by_side(keys, chains)
        ordered = sorted(
            (step for step in steps if step.chain in keys), key=lambda step: keys[step.chain]
        )
        others = [step for step in steps if step.chain not in keys]
        halts = {step_key(item, HALT): item for item in servers.values()}
        named = [self._named(step, chains[step.chain], halts) for step in ordered]
        return [*others, *_in_waves(named, {name: key[0] for name, key in keys.items()})]

    def _places(self, servers: Iterable[PlanItem]) -> dict[str, tuple[int, int]]:
        """Return wave and place of each server that was named, by its id."""
        found: dict[str, tuple[int, int]] = {}
        wave = 0
        for place, name in enumerate(self.first):
            if name == NEXT_WAVE:
                wave += 1
                continue
            named = [item for item in servers if name in (item.name, item.source_id)]
            if not named:
                raise BadInput(
                    f"The plan has no server {name!r}.", fix="Name the servers as the plan does."
                )
            found |= {item.source_id: (wave, place) for item in named}
        return found

    def _key(self, chain: "_Chain", places: Mapping[str, tuple[int, int]]) -> Key:
        """Return what a chain is sorted by: its wave, its place, its size, and its number."""
        last = (sum(name == NEXT_WAVE for name in self.first), len(self.first))
        wave, place = min(places.get(id_, last) for id_ in chain.servers)
        size = sum(self.predicted.get(id_, {}).get("bytes", 0) for id_ in chain.servers)
        sign = {SMALLEST: 1, LARGEST: -1}.get(self.order, 0)
        return wave, place, sign * size, chain.number

    def _named(self, step: StepSpec, chain: "_Chain", halts: Mapping[str, PlanItem]) -> StepSpec:
        """Return a step with what jobs know of its server, where it begins a chain."""
        if not step.opens_chain:
            return step
        id_ = step.params.get("facts", {}).get("server_id")  # a hook before the halt
        item = halts[f"server:{id_}:{HALT}" if id_ else step.key]
        about: dict[str, Any] = {"name": item.title, "halt": step_key(item, HALT)}
        if predicted := self.predicted.get(item.source_id):
            about[PREDICTED] = predicted
        goes_with = {GOES_WITH: min(chain.groups)} if chain.groups else {}
        return replace(step, params={**step.params, SERVER: about, **goes_with})


@dataclass
class _Chain:
    """A chain: its place in the plan, the ids of its servers, and the groups that these are in."""

    number: int
    servers: list[str] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)


def _chains(steps: Iterable[StepSpec], servers: Mapping[int, PlanItem]) -> dict[str, _Chain]:
    """Return the chains that halt a server, by their names."""
    found: dict[str, _Chain] = {}
    for step in steps:
        item = servers.get(step.params.get("item", 0))
        if step.chain and step.action == HALT and item:
            chain = found.setdefault(step.chain, _Chain(len(found)))
            chain.servers.append(item.source_id)
            chain.groups.update(item.fields.get("server_groups") or ())
    return found


def _side_by_side(keys: Mapping[str, Key], chains: Mapping[str, _Chain]) -> dict[str, Key]:
    """Return keys by which the chains of a server group stand where its first one does."""
    first: dict[str, Key] = {}
    for name, chain in chains.items():
        for group in chain.groups:
            first[group] = min(keys[name], first.get(group, keys[name]))
    return {
        name: min((keys[name], *(first[group] for group in chain.groups))) + keys[name]
        for name, chain in chains.items()
    }


def _in_waves(steps: Sequence[StepSpec], waves: Mapping[str, int]) -> Iterable[StepSpec]:
    """Yield the steps, with one before each wave but the first that waits for the one before."""
    numbers = sorted({*waves.values()})
    yield from (step for step in steps if waves[step.chain] == numbers[0])
    for before, number in pairwise(numbers):
        wave = [step for step in steps if waves[step.chain] == number]
        key = f"{BARRIER}:{number}"
        earlier = [step.key for step in steps if waves[step.chain] == before]
        yield _barrier(key, before + 1, earlier)
        yield from (
            replace(step, after=[*step.after, key]) if step.opens_chain else step for step in wave
        )


def _barrier(key: str, number: int, earlier: list[str]) -> StepSpec:
    return StepSpec(
        key=key,
        action=BARRIER,
        title=f"Wait for the servers of wave {number}",
        group="server",
        phase=Phase.CUTOVER,
        after=earlier,
    )
