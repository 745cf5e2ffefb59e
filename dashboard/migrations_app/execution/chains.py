"""Which steps of a cutover go through together: those of a server, and of its volumes.

Servers that share a volume are in one chain. A server is halted only once all that its chain needs
has been made, and only as many chains are under way as the execution may have: how long a server
is down does not grow with the number of servers in the tenant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.execute import HALT
from dashboard.migrations_app.resources.registry import resource_types


def chained(steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Return the steps of an execution with the chains that they are in."""
    members = {step.key: step for step in steps if _is_chained(step)}
    chain_of = _components(members)
    earlier = {step.key for step in steps if step.phase < Phase.CUTOVER}
    needed: dict[str, list[str]] = {}
    for key, chain in chain_of.items():
        needed.setdefault(chain, []).extend(key for key in _waits(members[key]) if key in earlier)
    return [
        _in_chain(step, chain_of[step.key], needed[chain_of[step.key]])
        if step.key in chain_of
        else step
        for step in steps
    ]


def _is_chained(step: StepSpec) -> bool:
    type_ = resource_types().get(step.group)
    return type_ is not None and type_.goes_in_chain and step.phase == Phase.CUTOVER


def _components(members: Mapping[str, StepSpec]) -> dict[str, str]:
    """Return the chain of each step, called by the first step of it: all that wait for another."""
    chain_of = {key: key for key in members}

    def chain(key: str) -> str:
        while chain_of[key] != key:
            chain_of[key] = key = chain_of[chain_of[key]]
        return key

    for step in members.values():
        for other in _waits(step):
            if other in members:
                first, second = sorted((chain(step.key), chain(other)))
                chain_of[second] = first
    return {key: chain(key) for key in members}


def _waits(step: StepSpec) -> Iterable[str]:
    return (*step.needs, *step.after)


def _in_chain(step: StepSpec, chain: str, needed: Iterable[str]) -> StepSpec:
    """Return a step of a chain; the one that halts a server waits for all that the chain needs."""
    opens = step.action == HALT
    after = dict.fromkeys((*step.after, *needed)) if opens else step.after
    after = [key for key in after if key not in step.needs]
    return replace(step, chain=chain, opens_chain=opens, after=after)
