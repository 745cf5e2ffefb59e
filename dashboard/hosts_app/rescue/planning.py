"""Decides what happens to the servers of a dead host, and what is lost with it.

Pure decisions about facts that were read before: nothing here calls a cloud or a BMC.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from dashboard.clients.ipmi import PowerState
from dashboard.clients.openstack import Json
from dashboard.errors import PumphouseError
from dashboard.hosts_app.compute.facts import HostFacts
from dashboard.hosts_app.compute.nova import task_of
from dashboard.hosts_app.evacuation.planning import (
    LEFT_HERE,
    Choice,
    breaks_groups,
    chosen_by_owner,
    destinations_for,
    is_last,
    is_others,
    lacks_room,
)
from dashboard.hosts_app.plans.lines import Refusal, ServerLine


class RescueOutcome(StrEnum):
    """What happens to a server of a dead host."""

    REBUILD = "rebuild on another host"
    STAYS = "stays"


REBUILT: Mapping[str, str] = {
    "ACTIVE": "it starts again, as after a power cut",
    "PAUSED": "it starts again, as after a power cut",
    "SUSPENDED": "it starts again without its saved memory, as after a power cut",
    "SHUTOFF": "it stays stopped",
    "ERROR": "it is in ERROR, and is started",
}
KEPT = "its disks are volumes and keep their data"
SHARED = "its disks are on shared storage, as you chose; if not, Nova refuses"
ROOT_LOST = "its local disk is recreated from its image: what was written to it is LOST"
EPHEMERAL_LOST = "its ephemeral disk is recreated empty: what was on it is LOST"


@dataclass(frozen=True, kw_only=True)
class DeadHostFacts:
    """A host that may be dead.

    ``power`` is what its BMC says, or the error that it gave. ``images`` are the ids of its
    servers' images that Glance still has.
    """

    host: HostFacts
    power: PowerState | PumphouseError
    images: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class RescueLine(ServerLine):
    """What happens to one server.

    ``disks`` is how many of its disks are not volumes, ``lost`` how many of them lose their data.
    """

    outcome: RescueOutcome
    disks: int = 0
    lost: int = 0


@dataclass(frozen=True, kw_only=True)
class RescuePlan:
    """A line for each server, and everything that stands in the way."""

    host: str
    lines: Sequence[RescueLine]
    refusals: Sequence[Refusal]

    @property
    def rebuilt(self) -> list[RescueLine]:
        """The servers that are rebuilt on other hosts."""
        return [line for line in self.lines if line.outcome == RescueOutcome.REBUILD]

    @property
    def lost(self) -> int:
        """How many disks lose their data."""
        return sum(line.lost for line in self.rebuilt)

    def as_content(self) -> dict[str, Any]:
        """Return the plan as JSON for a row."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "RescuePlan":
        """Return the plan that ``as_content`` stored."""
        lines = [
            RescueLine(**{**line, "outcome": RescueOutcome(line["outcome"])})
            for line in content["lines"]
        ]
        refusals = [Refusal(**refusal) for refusal in content["refusals"]]
        return cls(host=content["host"], lines=lines, refusals=refusals)


def plan_rescue(
    facts: DeadHostFacts, *, shared_storage: bool = False, skip_errors: bool = False
) -> RescuePlan:
    """Plan to rebuild the servers of a dead host on other hosts.

    ``shared_storage`` is the operator's word that the other hosts can reach all disks, which no
    API tells. ``skip_errors`` leaves servers in ERROR alone.
    """
    servers = sorted(facts.host.servers, key=lambda server: (server["name"], server["id"]))
    lines = [
        _line(number, server, facts, shared_storage=shared_storage, skip_errors=skip_errors)
        for number, server in enumerate(servers, start=1)
    ]
    leaving = {line.server_id for line in lines if line.outcome == RescueOutcome.REBUILD}
    refusals = [refusal for check in OWN_CHECKS for refusal in check(facts)]
    refusals += [refusal for check in CHECKS for refusal in check(facts.host, leaving)]
    return RescuePlan(host=facts.host.host, lines=lines, refusals=refusals)


def _line(
    number: int, server: Json, facts: DeadHostFacts, *, shared_storage: bool, skip_errors: bool
) -> RescueLine:
    stays = _why_it_stays(server, facts, shared_storage=shared_storage, skip_errors=skip_errors)
    given: dict[str, Any] = {
        "number": number,
        "server_id": server["id"],
        "name": server["name"],
        "status": server["status"],
    }
    if stays:
        return RescueLine(outcome=RescueOutcome.STAYS, why=stays, **given)
    local = _local_disks(server)
    lost = [] if shared_storage else local
    disks = lost or [SHARED if local else KEPT]
    why = "; ".join([REBUILT[server["status"]], *disks])
    where = destinations_for(server["id"], facts.host)
    return RescueLine(
        outcome=RescueOutcome.REBUILD,
        why=why,
        where=where,
        disks=len(local),
        lost=len(lost),
        **given,
    )


def _local_disks(server: Json) -> list[str]:
    """Return a sentence for each disk of a server that is recreated because it is not a volume."""
    # Nova gives "" for the image of a server that boots from a volume.
    root = [ROOT_LOST] if server.get("image") else []
    ephemeral = [EPHEMERAL_LOST] if server["flavor"].get("ephemeral") else []
    return root + ephemeral


def _why_it_stays(
    server: Json, facts: DeadHostFacts, *, shared_storage: bool, skip_errors: bool
) -> str:
    """Return why a server stays where it is, "" if it is rebuilt."""
    status, chosen, image = server["status"], chosen_by_owner(server), server.get("image")
    if chosen in LEFT_HERE:
        return LEFT_HERE[Choice(chosen)]
    if status == "ERROR" and skip_errors:
        return "it is in ERROR"
    if status not in REBUILT:
        return f"Nova cannot rebuild a server that is {status}"
    if task_of(server):
        return f"Nova is busy with it ({task_of(server)}); reset its state, then plan again"
    if image and image["id"] not in facts.images and not shared_storage:
        return "its image is gone, so its local disk cannot be recreated"
    return ""


def _is_up(facts: DeadHostFacts) -> Iterator[Refusal]:
    if facts.host.service.is_up:
        yield Refusal(
            sentence=f"nova-compute of {facts.host.host} is up: the host is not dead.",
            fix="Evacuate the host instead, which migrates its servers live.",
        )


def _cannot_be_fenced(facts: DeadHostFacts) -> Iterator[Refusal]:
    if isinstance(facts.power, PumphouseError):
        yield Refusal(
            sentence=f"{facts.host.host} cannot be fenced, so a server that still runs there "
            f"would run twice. {facts.power.sentence}",
            fix=facts.power.fix,
        )


def _is_empty(facts: DeadHostFacts) -> Iterator[Refusal]:
    if not facts.host.servers:
        yield Refusal(
            sentence=f"{facts.host.host} has no servers.", fix="There is nothing to rebuild."
        )


OWN_CHECKS: Sequence[Callable[[DeadHostFacts], Iterator[Refusal]]] = (
    _is_up,
    _cannot_be_fenced,
    _is_empty,
)
CHECKS: Sequence[Callable[[HostFacts, set[str]], Iterator[Refusal]]] = (
    is_others,
    is_last,
    lacks_room,
    breaks_groups,
)
