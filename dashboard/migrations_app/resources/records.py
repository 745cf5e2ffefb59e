"""What resource types say to planning, execution and verification: plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PREPARE, CUTOVER, COMPLETE = "prepare", "cutover", "complete"
CREATE, ADOPT, MAP, MIGRATED, SKIP = "create", "adopt", "map", "keep", "skip"
BLOCK, WARN, INFO = "block", "warn", "info"

MARKER = "pumphouse_source_id"
"""The property or piece of metadata in which the marker stands, where it is in no description."""

EVERYTHING = "*"


class FoundBy(StrEnum):
    """How ``find`` recognizes what an attempt without a record has created.

    A ``MARKER`` is known to this installation alone: whatever carries it is ours. It is taken off
    once the ledger has the id. Where a type has no room for one, ``find`` answers for a mere name,
    address or MAC, which others may use as well. Such an answer is ours only where the ``LEDGER``
    says that there was nothing before the create call.
    """

    MARKER = "marker"
    LEDGER = "ledger"


@dataclass(frozen=True)
class Ref:
    """Points at an object of the source, at one stage of its move.

    Without a stage it means that the object can be used. The stage ``EVERYTHING`` stands for all
    of its stages before the phase complete, and ``Ref(EVERYTHING, "")`` for those of all objects.
    """

    type: str
    id: str
    stage: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One object as its cloud returned it: ``fields`` is the API's own JSON.

    A ``shared`` object belongs to another project and is only used by the tenant, as a public image
    or a provider's network is. It is never deleted. (An attribute ``shared`` of Neutron's among the
    fields is another thing: whether a network is open to all projects.)
    """

    type: str
    id: str
    name: str
    fields: Mapping[str, Any]
    shared: bool = False

    @property
    def title(self) -> str:
        """What sentences call it: its name, else its id."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One attribute that will be missing or different on the destination, and why."""

    field: str
    value: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of an object.

    It is created; adopted, when an equal one is there; mapped to what the operator chose; or
    skipped for a ``reason``, which may be that somebody chose to leave it out (``left_out_by``). A
    ``problem`` blocks the plan until the operator has done what ``fix`` says.
    """

    action: str = CREATE
    destination_id: str = ""
    problem: str = ""
    fix: str = ""
    reason: str = ""
    left_out_by: str = ""
    # what creation will need of what was found out, for example the destination's domain id
    resolution: Mapping[str, Any] = field(default_factory=dict)
    # what is lost because of the decision, in addition to what every object of the type loses
    losses: Sequence[Loss] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What preflight found about one object: a sentence and what to do about it."""

    severity: str
    sentence: str
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that is not the same on both sides, with the values of both."""

    field: str
    source: Any
    destination: Any


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One piece of an object's move, done by the method of its type with the same name.

    It is undone by the method ``undo_<name>``, if there is one, and ``create`` by ``remove``.
    A stage requires the one before it; a ``soft`` one only follows it, whether it succeeds or not.
    One that is ``dispensable`` is required by none: the next one follows it.
    Adopted objects have only the stages that are ``for_adopted``.
    """

    name: str
    phase: str = PREPARE
    verb: str = ""
    soft: bool = False
    for_adopted: bool = False
    # only where what the plan says of the object's data path says so, by this name
    on_demand: str = ""
    dispensable: bool = False
    # done again whenever more is moved
    repeated: bool = False
    # it takes something from the source's object, which a rollback gives back before it removes
    # anything
    on_source: bool = False


@dataclass(frozen=True)
class LeftOut:
    """What is left out of a move: by type and id what it is called, and its record."""

    objects: Mapping[tuple[str, str], tuple[str, Record]]

    def __call__(self, type_name: str, id_: str) -> str:
        """Return what an object that is left out is called, "" for any other."""
        called, _ = self.objects.get((type_name, id_), ("", None))
        return called

    def of_type(self, type_name: str) -> list[tuple[str, Record]]:
        """Return what is left out of a type: what each is called, and its record."""
        return [found for (name, _), found in self.objects.items() if name == type_name]


DecisionLookup = Callable[[str, str], Decision | None]
"""Returns what was decided about an object, by its type and id in the source."""

IdLookup = Callable[[str, str], str | None]
"""Returns the destination's id of an object, by its type and id in the source."""
