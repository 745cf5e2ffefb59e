"""The contract of what can be done to a host: first a plan that is read, then a job.

A host action is one file in ``actions/`` with a subclass of ``HostAction``. Pages, API and command
line find it there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from dashboard.errors import BadInput
from dashboard.hosts_app import actions
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action
from dashboard.plugins import named_classes


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something that stands in the way, and what helps."""

    sentence: str
    fix: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}"


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """One thing that an action touches: what it is, how it is now, what happens to it, and why.

    ``where`` says in a few words where it can go, "" for what goes nowhere.
    """

    number: int
    subject: str
    state: str
    outcome: str
    why: str
    where: str = ""

    def __str__(self) -> str:
        line = f"{self.number}. {self.subject} ({self.state}): {self.outcome}, {self.why}"
        return f"{line}; {self.where}" if self.where else line


@dataclass(frozen=True, kw_only=True)
class ServerLine:
    """What becomes of one server of a host. ``where`` is empty for one that goes to no other host,
    and each plan has a ``MoveOutcome`` of its own."""

    number: int
    server_id: str
    name: str
    status: str
    outcome: str
    why: str
    where: str = ""

    def told(self) -> PlanLine:
        """Return it as people read it."""
        return PlanLine(
            number=self.number,
            subject=self.name,
            state=self.status,
            outcome=self.outcome,
            why=self.why,
            where=self.where,
        )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a plan says. ``notes`` are sentences to be read before confirming, as what will be lost
    and how much room is left; ``content`` is what the action needs when it starts (no secrets)."""

    lines: Sequence[PlanLine]
    refusals: Sequence[Refusal] = ()
    notes: Sequence[str] = ()
    content: Mapping[str, Any] = field(default_factory=dict)


class HostAction:
    """Something that can be done to a host. The first line of its docstring is its help."""

    name: ClassVar[str]
    """As in addresses; with hyphens it is the command too. The file has this name."""
    title: ClassVar[str]
    """What it does, as a button says it: ``Free the host``."""
    options: ClassVar[Sequence[Option]] = ()
    permission: ClassVar[Action] = Action.REASSIGN
    """What a user must be allowed to start it. Planning takes an operator, whatever the action."""

    of_computes: ClassVar[bool] = True
    """Whether it is done to hosts that Nova knows; the others are found by the action itself."""
    has_command: ClassVar[bool] = True
    """Whether it is a command of its own, and not a part of another one."""

    def check(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> None:
        """Refuse at once what is wrong by the rows alone, before there is a job to plan it.

        Raises ``BadInput`` or ``NotFound``. Asks no cloud: pages and API call it.
        """

    def draft(self, cloud: Cloud, host: str, options: Mapping[str, Any]) -> Draft:
        """Ask the clouds, and say what would be done; changes nothing. Raises ``NotFound``."""
        raise NotImplementedError

    def start(self, plan: HostPlan, *, confirmation: str, requester: Requester) -> Job:
        """Start the job that does what the plan says. Asks no cloud: pages and API call it.

        Raises ``BadInput`` when the confirmation is not what ``to_type`` gives.
        """
        raise NotImplementedError

    def to_type(self, plan: HostPlan) -> str:
        """Return what a person types to confirm the plan."""
        return plan.host

    @property
    def help(self) -> str:
        """What it does, in a sentence."""
        return (type(self).__doc__ or "").partition("\n")[0]


@cache
def all_host_actions() -> dict[str, HostAction]:
    """Return every action by its name."""
    return {action.name: action() for action in named_classes(HostAction, actions)}


def host_action_named(name: str) -> HostAction:
    """Return an action. Raises ``BadInput`` that lists those there are."""
    try:
        return all_host_actions()[name]
    except KeyError:
        known = ", ".join(sorted(all_host_actions()))
        raise BadInput(f"{name!r} cannot be done to a host.", fix=f"Known: {known}.") from None
