"""What a stored plan consists of: its lines, what stands in the way, and notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Something that stands in the way, and what helps."""

    sentence: str
    fix: str

    @override
    def __str__(self) -> str:
        return f"{self.sentence} {self.fix}"


@dataclass(frozen=True, kw_only=True)
class StoredLine:
    """What happens to one thing that a plan affects, and why."""

    subject: str
    outcome: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanLine(StoredLine):
    """A line of a host's plan. ``state`` is how the subject is now.

    ``where`` lists in a few words the hosts that it can go to, "" for what goes nowhere.
    """

    number: int
    state: str
    where: str = ""

    @override
    def __str__(self) -> str:
        line = f"{self.number}. {self.subject} ({self.state}): {self.outcome}, {self.why}"
        return f"{line}; {self.where}" if self.where else line


@dataclass(frozen=True, kw_only=True)
class ServerLine:
    """What happens to one server of a host. Each kind of plan has outcomes of its own.

    ``where`` is "" for a server that goes to no other host.
    """

    number: int
    server_id: str
    name: str
    status: str
    outcome: str
    why: str
    where: str = ""

    def as_plan_line(self) -> PlanLine:
        """Return the line that people read."""
        return PlanLine(
            number=self.number,
            subject=self.name,
            state=self.status,
            outcome=self.outcome,
            why=self.why,
            where=self.where,
        )


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """What a plan says before it is stored.

    ``notes`` are sentences to read before confirming, such as what will be lost. ``content`` is
    what the job needs when it starts; it never contains secrets.
    """

    lines: Sequence[StoredLine]
    refusals: Sequence[Refusal] = ()
    notes: Sequence[str] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
