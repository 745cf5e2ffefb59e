"""Decides what happens to each server of a host that is evacuated, and what stands in the way.

Pure decisions about facts that were read before: nothing here calls a cloud.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.hosts_app.compute.facts import HostFacts, policy_of
from dashboard.hosts_app.compute.flavors import devices, is_tied_to_numa
from dashboard.hosts_app.compute.nova import disabled_by_others, task_of
from dashboard.hosts_app.compute.room import first_fit, hosts_with_room
from dashboard.hosts_app.plans.lines import Refusal, ServerLine

CHOICE = "pumphouse:maintenance"
"""The metadata key, or the prefix of a tag, with which a server's owner chooses its outcome."""


class Choice(StrEnum):
    """What an owner may choose; ``DEFAULT`` means no choice."""

    DEFAULT = ""
    LIVE = "live"
    COLD = "cold"
    STOP = "stop"
    NOTIFY = "notify"
    SKIP = "skip"


class MoveOutcome(StrEnum):
    """What happens to a server when its host is evacuated."""

    LIVE = "live migrate"
    COLD = "cold migrate and confirm"
    STOPPED = "cold migrate and confirm, stays stopped"
    STOP = "stop, cold migrate and confirm"
    RESUMED = "resume, live migrate, suspend"
    OFFLOAD = "offload"
    SKIP = "skip"
    REFUSED = "refuse"


MOST_HOSTS_NAMED = 3
MOVES = frozenset(
    {
        MoveOutcome.LIVE,
        MoveOutcome.COLD,
        MoveOutcome.STOPPED,
        MoveOutcome.STOP,
        MoveOutcome.RESUMED,
        MoveOutcome.OFFLOAD,
    }
)
LIVE_OUTCOMES = frozenset({MoveOutcome.LIVE, MoveOutcome.RESUMED})
Decision = tuple[MoveOutcome, str]

OUTCOMES: Mapping[tuple[str, Choice], Decision] = {
    ("ACTIVE", Choice.DEFAULT): (MoveOutcome.LIVE, "it keeps running"),
    ("ACTIVE", Choice.LIVE): (MoveOutcome.LIVE, "as its owner chose"),
    ("ACTIVE", Choice.COLD): (MoveOutcome.COLD, "as its owner chose; it restarts"),
    ("ACTIVE", Choice.STOP): (
        MoveOutcome.STOP,
        "as its owner chose; its owner starts it again",
    ),
    ("PAUSED", Choice.DEFAULT): (MoveOutcome.LIVE, "it stays paused"),
    ("PAUSED", Choice.LIVE): (MoveOutcome.LIVE, "as its owner chose; it stays paused"),
    ("SUSPENDED", Choice.DEFAULT): (MoveOutcome.RESUMED, "Nova does not migrate suspended servers"),
    ("SUSPENDED", Choice.LIVE): (MoveOutcome.RESUMED, "as its owner chose"),
    **{
        ("SHUTOFF", choice): (MoveOutcome.STOPPED, "it is stopped")
        for choice in (Choice.DEFAULT, Choice.LIVE, Choice.COLD, Choice.STOP)
    },
    **{
        ("SHELVED", choice): (
            MoveOutcome.OFFLOAD,
            "it is shelved, and stays shelved without a host",
        )
        for choice in (Choice.DEFAULT, Choice.LIVE, Choice.COLD, Choice.STOP)
    },
}
LEFT_HERE: Mapping[Choice, str] = {
    Choice.SKIP: "its owner chose to skip it; it stays on the host",
    Choice.NOTIFY: "its owner chose to move it; it stays on the host until then",
}
FIXES: Mapping[str, str] = {
    "ERROR": "Fix or delete it, or plan again and leave servers in ERROR where they are.",
    "VERIFY_RESIZE": "Confirm or revert its resize first.",
    "RESCUE": "Take it out of rescue mode first.",
}


@dataclass(frozen=True, kw_only=True)
class EvacuationLine(ServerLine):
    """What happens to one server. ``fix`` is "" unless it is refused."""

    outcome: MoveOutcome
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class EvacuationPlan:
    """A line for each server, and everything that stands in the way."""

    host: str
    is_closed: bool
    lines: Sequence[EvacuationLine]
    refusals: Sequence[Refusal]

    @property
    def moves(self) -> list[EvacuationLine]:
        """The servers that leave the host."""
        return [line for line in self.lines if line.outcome in MOVES]

    @property
    def left(self) -> list[EvacuationLine]:
        """The servers that stay on the host."""
        return [line for line in self.lines if line.outcome == MoveOutcome.SKIP]

    def as_content(self) -> dict[str, Any]:
        """Return the plan as JSON for a row."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "EvacuationPlan":
        """Return the plan that ``as_content`` stored."""
        lines = [
            EvacuationLine(**{**line, "outcome": MoveOutcome(line["outcome"])})
            for line in content["lines"]
        ]
        refusals = [Refusal(**refusal) for refusal in content["refusals"]]
        return cls(
            host=content["host"], is_closed=content["is_closed"], lines=lines, refusals=refusals
        )


def plan_of(facts: HostFacts, *, skip_errors: bool = False) -> EvacuationPlan:
    """Plan to evacuate a host. ``skip_errors`` leaves servers in ERROR where they are."""
    servers = sorted(facts.servers, key=lambda server: (server["name"], server["id"]))
    lines = [
        _line(number, server, facts, skip_errors=skip_errors)
        for number, server in enumerate(servers, start=1)
    ]
    leaving = {line.server_id for line in lines if line.outcome in MOVES}
    refusals = [
        *(refusal for check in CHECKS for refusal in check(facts, leaving)),
        *(
            Refusal(sentence=f"Server {line.name} cannot be moved: {line.why}.", fix=line.fix)
            for line in lines
            if line.outcome == MoveOutcome.REFUSED
        ),
    ]
    return EvacuationPlan(
        host=facts.host, is_closed=facts.service.is_ours, lines=lines, refusals=refusals
    )


def _line(number: int, server: Json, facts: HostFacts, *, skip_errors: bool) -> EvacuationLine:
    outcome, why = _decide(server, skip_errors=skip_errors)
    fix = _fix(server)
    if outcome in LIVE_OUTCOMES and (obstacle := _obstacle_to_live(server, facts)):
        outcome, why = MoveOutcome.REFUSED, obstacle
        fix = f"Set {CHOICE}=cold, which restarts it, or =skip."
    elif outcome in MOVES and (found := devices(server["flavor"])):
        why += f"; only Nova knows where {', '.join(found)} is free"
    return EvacuationLine(
        number=number,
        server_id=server["id"],
        name=server["name"],
        status=server["status"],
        outcome=outcome,
        why=why,
        fix=fix if outcome == MoveOutcome.REFUSED else "",
        where=destinations_for(server["id"], facts)
        if outcome in MOVES - {MoveOutcome.OFFLOAD}
        else "",
    )


def _fix(server: Json) -> str:
    """Return what to do about a server that is refused for its state or its owner's choice."""
    if chosen_by_owner(server) not in [*Choice]:
        return f"Set {CHOICE} to one of these, or remove it."
    return FIXES.get(server["status"], f"Bring it to ACTIVE or SHUTOFF, or set {CHOICE}=skip.")


def _obstacle_to_live(server: Json, facts: HostFacts) -> str:
    """Return why a server cannot be migrated live although its state allows it, "" if it can."""
    flavor = server["flavor"]
    if found := devices(flavor):
        return (
            f"it has devices of the host ({', '.join(found)}), which a live migration does not move"
        )
    if is_tied_to_numa(flavor) and not facts.moves_numa_live:
        return "it is tied to CPUs or NUMA nodes, which Nova cannot migrate live before Train"
    return ""


def destinations_for(server_id: str, facts: HostFacts) -> str:
    """Return in words which hosts have room for a server; "" when that is not known."""
    need, kept_away = facts.needs.get(server_id), _hosts_kept_away_from(server_id, facts)
    if need is None or not facts.free:
        return ""
    places = [host for host in hosts_with_room(need, facts.free) if host not in kept_away]
    if len(places) > MOST_HOSTS_NAMED:
        return f"{len(places)} hosts have room"
    return f"room on {' and '.join(places)}" if places else "no other host has room"


def _hosts_kept_away_from(server_id: str, facts: HostFacts) -> set[str]:
    """Return the hosts that anti-affinity keeps a server away from."""
    return {
        facts.hosts_of_members.get(member, "")
        for group in facts.groups
        if policy_of(group) == "anti-affinity" and server_id in group["members"]
        for member in group["members"]
    }


def _decide(server: Json, *, skip_errors: bool) -> Decision:
    status, chosen = server["status"], chosen_by_owner(server)
    if chosen not in [*Choice]:
        known = ", ".join(choice for choice in Choice if choice)
        return MoveOutcome.REFUSED, f"its {CHOICE} is {chosen!r}, which is none of {known}"
    choice = Choice(chosen)
    if choice in LEFT_HERE:
        return MoveOutcome.SKIP, LEFT_HERE[choice]
    if status == "ERROR" and skip_errors:
        return MoveOutcome.SKIP, "it is in ERROR; it stays on the host"
    if task_of(server):
        return MoveOutcome.REFUSED, f"Nova is busy with it ({task_of(server)})"
    refused = (
        MoveOutcome.REFUSED,
        f"it is {status}" + (f" and cannot be moved {choice}" * bool(choice)),
    )
    return OUTCOMES.get((status, choice), refused)


def chosen_by_owner(server: Json) -> str:
    """Return the choice in a server's metadata, else in one of its tags, "" for none."""
    if CHOICE in server.get("metadata", {}):
        return str(server["metadata"][CHOICE])
    tags = (tag.partition("=") for tag in server.get("tags", ()))
    return next((value for name, _, value in tags if name == CHOICE), "")


def _is_down(facts: HostFacts, _leaving: set[str]) -> Iterator[Refusal]:
    if not facts.service.is_up:
        yield Refusal(
            sentence=f"nova-compute of {facts.host} is down, so nothing can be migrated.",
            fix="Bring it back, or rebuild its servers on other hosts (pumphouse rescue), which "
            "powers it off first, since they may still run.",
        )


def is_others(facts: HostFacts, _leaving: set[str]) -> Iterator[Refusal]:
    """Refuse a host that other software, or a colleague, has disabled."""
    if facts.service.is_others:
        error = disabled_by_others(facts.service)
        yield Refusal(sentence=error.sentence, fix=error.fix)


def is_last(facts: HostFacts, _leaving: set[str]) -> Iterator[Refusal]:
    """Refuse the last host that takes servers."""
    if not facts.others:
        yield Refusal(
            sentence=f"{facts.host} is the last host that is enabled and up.",
            fix="Enable another host, or start its nova-compute, first.",
        )


def _has_volumes(facts: HostFacts, _leaving: set[str]) -> Iterator[Refusal]:
    for name in facts.volume_services:
        yield Refusal(
            sentence=f"{facts.host} runs the volume service {name}, whose volumes would not move.",
            fix="Migrate its volumes to another backend and remove the service from Cinder first.",
        )


def _has_unconfirmed(facts: HostFacts, _leaving: set[str]) -> Iterator[Refusal]:
    told = {server["id"] for server in facts.servers if server["status"] == "VERIFY_RESIZE"}
    for server_id in sorted(facts.unconfirmed - told):
        yield Refusal(
            sentence=f"Server {server_id} has left {facts.host} in a resize that is not confirmed: "
            "its disk and its allocation are still here.",
            fix="Confirm or revert the resize first.",
        )


def lacks_room(facts: HostFacts, leaving: set[str]) -> Iterator[Refusal]:
    """Refuse when the other hosts have no room for the servers that leave."""
    needs = {id_: facts.needs[id_] for id_ in leaving if id_ in facts.needs}
    homeless = first_fit(needs, facts.free) if facts.free else []
    if homeless:
        names = {server["id"]: server["name"] for server in facts.servers}
        yield Refusal(
            sentence=f"The other hosts have no room for {len(homeless)} of {len(needs)} servers: "
            f"{', '.join(sorted(names[id_] for id_ in homeless))}.",
            fix="Enable other hosts or make room on them first, or skip servers.",
        )


def breaks_groups(facts: HostFacts, leaving: set[str]) -> Iterator[Refusal]:
    """Refuse when the servers that leave would violate the policies of their server groups."""
    for group in facts.groups:
        members = set(group["members"])
        moving = members & leaving
        taken = {facts.hosts_of_members.get(id_, "") for id_ in members - moving}
        free = set(facts.others) - taken
        if policy_of(group) == "anti-affinity" and len(free) < len(moving):
            yield Refusal(
                sentence=f"Server group {group['name']} keeps its {len(members)} servers apart, "
                f"and only {len(free)} other hosts run none of them.",
                fix="Enable another host, or skip a server of the group.",
            )
        if policy_of(group) == "affinity" and len(moving) and len(members) > 1:
            yield Refusal(
                sentence=f"Server group {group['name']} keeps its {len(members)} servers on one "
                "host, but Nova moves them one by one.",
                fix=f"Set {CHOICE}=skip on them and move them by hand.",
            )


CHECKS: Sequence[Callable[[HostFacts, set[str]], Iterator[Refusal]]] = (
    _is_down,
    is_others,
    is_last,
    _has_volumes,
    _has_unconfirmed,
    lacks_room,
    breaks_groups,
)
