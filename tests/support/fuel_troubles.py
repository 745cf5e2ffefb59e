"""What goes wrong in a Fuel stand-in while a host moves: each once, at its own moment.

A trouble is seen by every process that works with the stand-in, whichever of them it hits.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from lab.fuel import orders, routing, tasks
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

REMOVAL, PROVISION, DEPLOYMENT = orders.DELETION, orders.PROVISION, orders.DEPLOYMENT

CHANGES = ("PUT", r"clusters/\d+/changes")
ASSIGNMENT = ("POST", r"clusters/\d+/assignment")
INTERFACES = ("PUT", r"nodes/(\d+/)?interfaces")
DISKS = ("PUT", r"nodes/\d+/disks")
PROVISIONING = ("PUT", r"clusters/\d+/provision")
DEPLOYING = ("PUT", r"clusters/\d+/deploy")
ORDERS = (CHANGES, ASSIGNMENT, INTERFACES, DISKS, PROVISIONING, DEPLOYING)

_NETWORKS = "Network configuration cannot be changed during deployment and after upgrade."
BUSY_ANSWERS = (
    orders.BUSY,
    orders.BUSY_PROVISION,
    orders.BUSY_DEPLOY,
    Refusal(403, _NETWORKS),
)


@dataclass
class Trouble:
    """Something that goes wrong once. ``told`` is what the job says that fails by it.

    ``host`` is the machine that moves.
    """

    told: str = ""
    host: str = ""
    is_over: bool = field(default=False, init=False)

    def on_call(self, master: Master, call: routing.Call) -> None:
        """Act before a request is answered. Raises Refusal instead of the answer."""

    def on_tick(self, master: Master) -> None:
        """Act after the tasks took a step."""

    def end(self, master: Master) -> None:
        """Mend what a person mends before the retry."""


@dataclass
class Answers(Trouble):
    """An order is refused, once by each of the answers."""

    order: tuple[str, str] = CHANGES
    answers: Sequence[Refusal] = ()

    @override
    def on_call(self, master: Master, call: routing.Call) -> None:
        method, path = self.order
        if self.answers and call.method == method and re.fullmatch(path, call.path):
            answer, self.answers = self.answers[0], self.answers[1:]
            self.is_over = not self.answers
            raise answer


@dataclass
class InPhase(Trouble):
    """Something that happens while a phase is under way in which the host is."""

    phase: str = REMOVAL
    repeats_order: ClassVar[bool] = True
    """Whether a retry has to give the order of the phase again."""

    @override
    def on_tick(self, master: Master) -> None:
        for task in [] if self.is_over else master.all("tasks"):
            phase = _current(task)
            node = _node_of(master, self.host)
            if phase and self._is_due(phase, node):
                self.is_over = True
                self.happen(master, task, node)
                return

    def _is_due(self, phase: Row, node: Row | None) -> bool:
        started = phase["name"] == self.phase and phase["step"] > 0
        return started and node is not None and node["id"] in phase["nodes"]

    def happen(self, master: Master, task: Row, node: Row | None) -> None:
        """Do what the trouble is."""
        raise NotImplementedError


@dataclass
class Stopped(InPhase):
    """Somebody presses "Stop" in Fuel."""

    told: str = "was stopped in Fuel by somebody"

    @override
    def happen(self, master: Master, task: Row, node: Row | None) -> None:
        orders.stop(master, task["cluster"])


@dataclass
class StoppedLater(Stopped):
    """Somebody stops what the removal deploys on the other nodes, when the host is erased."""

    phase: str = DEPLOYMENT

    @override
    def _is_due(self, phase: Row, node: Row | None) -> bool:
        return bool(phase["name"] == self.phase and phase["step"] > 0 and node is None)


@dataclass
class Silent(InPhase):
    """The host does not answer any more; it does again when it is mended."""

    told: str = "and it is offline"

    @override
    def happen(self, master: Master, task: Row, node: Row | None) -> None:
        if node:
            node["online"] = False

    @override
    def end(self, master: Master) -> None:
        for node in master.all("nodes"):
            node["online"] = True


@dataclass
class SilentSincePlan(Silent):
    """The host does not answer from the first request of its job on."""

    told: str = "is offline in Fuel"
    repeats_order: ClassVar[bool] = False

    @override
    def on_call(self, master: Master, call: routing.Call) -> None:
        if not self.is_over:
            self.is_over = True
            self.silence(master, self.host)

    @staticmethod
    def silence(master: Master, host: str) -> None:
        """Take a host offline."""
        node = _node_of(master, host)
        assert node
        node["online"] = False

    @override
    def on_tick(self, master: Master) -> None:
        """Do nothing: no task is waited for."""


@dataclass
class Fails(InPhase):
    """The task fails at its end."""

    @override
    def happen(self, master: Master, task: Row, node: Row | None) -> None:
        name = {REMOVAL: "removal", PROVISION: "provision", DEPLOYMENT: "deploy"}[self.phase]
        setattr(master.switches, name, 1)


def _current(task: Row) -> Row | None:
    is_ours = task["parent_id"] is None and task["name"] != orders.STOP
    return tasks._current_phase(task) if is_ours and orders.is_running(task) else None


def _node_of(master: Master, host: str) -> Row | None:
    return next((one for one in master.all("nodes") if one["_machine"] == host), None)


def busy(*order: str, answers: Sequence[Refusal] = BUSY_ANSWERS) -> Answers:
    """Return the trouble that an order is refused because Fuel is busy."""
    return Answers(order=(order[0], order[1]), answers=answers)


@dataclass
class Watched:
    """The stand-in's calls: the troubles that hit them, and the orders that it has taken."""

    troubles: list[Trouble] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def orders(self) -> list[str]:
        """Return the last words of the orders that started a task, in their order."""
        return [path.rpartition("/")[2] for path in self.taken]

    def answer(
        self, answered: Callable[..., tuple[int, Any]], master: Master, call: routing.Call
    ) -> tuple[int, Any]:
        """Answer a request, unless a trouble does."""
        asked = replace(call, path=call.path.strip("/"))
        for trouble in self.troubles:
            trouble.on_call(master, asked)
        status, body = answered(master, call)
        if status == routing.ACCEPTED:
            self.taken.append(asked.path)
        return status, body

    def advance(self, advanced: Callable[[Master], None], master: Master) -> None:
        """Advance the tasks by a step, and cause the troubles that are due."""
        advanced(master)
        for trouble in self.troubles:
            trouble.on_tick(master)


@contextmanager
def watched() -> Iterator[Watched]:
    """Watch all stand-ins of this process while inside."""
    watch, answered, advanced = Watched(), routing.answer, tasks.advance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "answer", lambda *call: watch.answer(answered, *call))
        patch.setattr(tasks, "advance", lambda master: watch.advance(advanced, master))
        yield watch
