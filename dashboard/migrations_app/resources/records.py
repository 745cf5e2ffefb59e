"""What resource types say to planning, execution and verification: plain values, no clouds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PREPARE, CUTOVER, COMPLETE = "prepare", "cutover", "complete"
CREATE, ADOPT, MAP, MIGRATED, SKIP = "create", "adopt", "map", "keep", "skip"
BLOCK, WARN, INFO = "block", "warn", "info"

MARKER = "pumphouse_source_id"
EVERYTHING = "*"


class FoundBy(StrEnum):
    """By what ``find`` knows the object that an attempt without a record has created.

    A ``MARKER`` carries the source's id: whatever has it is ours. Where a type has no room for one,
    ``find`` answers for a bare name, address or MAC, which others may use as well. Such an answer
    is ours only where the ``LEDGER`` says that the create call was begun.
    """

    MARKER = "marker"
    LEDGER = "ledger"


@dataclass(frozen=True)
class Ref:
    """Points at an object of the source, and where it matters at one stage of its move.

    Without a stage it means that the object can be used. The stage ``EVERYTHING`` stands for all
    of its stages before the phase complete, and ``Ref(EVERYTHING, "")`` for those of all objects.
    """

    type: str
    id: str
    stage: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One object as the cloud gave it: ``fields`` is the API's own JSON.

    A ``shared`` object belongs to somebody else and is only used by the tenant: a public image, a
    shared network. It is never deleted.
    """

    type: str
    id: str
    name: str
    fields: Mapping[str, Any]
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One attribute that the destination will not have as the source has it, and why."""

    field: str
    value: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of an object: created, adopted (equal and there already), mapped by choice, or
    skipped for a ``reason``.

    A ``problem`` makes the plan unusable until the operator has done what ``fix`` says.
    """

    action: str = CREATE
    destination_id: str = ""
    problem: str = ""
    fix: str = ""
    reason: str = ""
    # what was found out on the way and creation needs, for example the destination's domain id
    resolution: Mapping[str, Any] = field(default_factory=dict)
    # what is lost because of the decision, beside what every object of the type loses
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What preflight found about one object: a sentence and what to do about it."""

    severity: str
    sentence: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that is not the same on both sides; values as they are there."""

    field: str
    source: Any
    destination: Any


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One piece of an object's move: the method ``name`` of its type does it.

    What undoes it is the method ``undo_<name>``, where there is one; for ``create`` it is
    ``remove``. A stage needs the one before it, unless it is ``soft``: then it only comes after.
    Objects that are adopted have only the stages that are ``for_adopted``.
    """

    name: str
    phase: str = PREPARE
    verb: str = ""
    soft: bool = False
    for_adopted: bool = False


DecisionLookup = Callable[[str, str], Decision | None]
"""Returns what was decided about an object, by its type and id in the source."""

IdLookup = Callable[[str, str], str | None]
"""Returns the destination's id of an object, by its type and id in the source."""


def renamed(record: Record, name: str) -> Sequence[Loss]:
    """Return the loss of its name when the operator has chosen another, nothing when not."""
    if name == record.name:
        return ()
    return (Loss(field="name", value=record.name, reason=f"It was chosen to become {name}."),)
