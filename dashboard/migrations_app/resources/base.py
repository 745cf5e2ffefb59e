"""What a resource type is: the contract that every type fulfils.

Plain Python: a type reads clouds through a ``TenantReader`` and acts through a ``Work``; it knows
nothing of rows, jobs or pages. A type describes its attributes once, as data (copied, mapped, own,
lost); planning, verification and the documentation all read the same description.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.migrations_app.resources.attributes import (
    expected_id,
    ids_in,
    is_empty,
    normalize,
)
from dashboard.migrations_app.resources.records import (
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.reader import TenantReader


class ResourceType:
    """One type of resource; a subclass in a file of its own is found automatically.

    Every attribute of the API's object belongs to exactly one of: ``copied`` as it is; ``mapped``
    to the copy of the object that it names (values: type names); ``own``, which each cloud sets
    for itself (ids, times, states); ``lost``, with the reason. An attribute in none of them that is
    set is reported as lost because Pumphouse does not know it.
    """

    name: ClassVar[str]
    plural: ClassVar[str]
    found_by: ClassVar[FoundBy]
    needs: ClassVar[tuple[str, ...]] = ()
    copied: ClassVar[tuple[str, ...]] = ()
    mapped: ClassVar[Mapping[str, str]] = {}
    own: ClassVar[tuple[str, ...]] = ()
    lost: ClassVar[Mapping[str, str]] = {}
    stages: ClassVar[tuple[Stage, ...]] = (Stage(name="create", verb="Create"),)
    # what an operator may choose for an object, as plan files say it; "" for nothing
    choice: ClassVar[str] = ""
    # the stage after which others can use the object
    ready: ClassVar[str] = "create"
    # the stage from which on the copy uses addresses of the source's object, until ``halt``
    halted_from: ClassVar[str] = ""
    # whether others than the tenant can use the copy: a rollback keeps it then
    is_shareable: ClassVar[bool] = False
    # whether its objects are created before all but what they need: others must fit into them
    precedes_others: ClassVar[bool] = False
    # types of which an object can be left out without this one, which then has a loss
    does_without: ClassVar[tuple[str, ...]] = ()
    # types whose objects its move requires, and which can be deleted from the source before it
    outlives: ClassVar[tuple[str, ...]] = ()
    # fields of which what is left out is detached from the source's before that is finalized
    detaches: ClassVar[tuple[str, ...]] = ()
    # whether what cutover does with an object goes through with the server that is halted for it
    goes_in_chain: ClassVar[bool] = False
    # whether its objects have a disk, whose data goes by a path that the plan chooses
    has_data: ClassVar[bool] = False
    # whether a copy is taken back, although it is complete, when what it depends on is left out
    is_taken_back: ClassVar[bool] = False
    # whether finalizing keeps what was not moved of it in the source, and what that needs there
    is_kept_unmoved: ClassVar[bool] = False
    # types whose objects in the source a rollback gives back before those of this type
    returns_after: ClassVar[tuple[str, ...]] = ()

    @property
    def label(self) -> str:
        """The type's name for people: "floating IP" for floating_ip."""
        return self.name.replace("_", " ")

    def counted(self, number: int) -> str:
        """Return a number of these objects in words: "1 router", "2 routers"."""
        return f"{number} {self.label if number == 1 else self.plural}"

    def accepts_choice(self, *, shared: bool) -> bool:
        """Return whether an operator may choose for an object, ``shared`` or the tenant's own."""
        return bool(self.choice)

    # Planning

    def discover(self, reader: "TenantReader") -> Iterable[Record]:
        """Return the tenant's objects of this type; verification reads the destination by it."""
        raise NotImplementedError

    def reread(self, reader: "TenantReader", ids: Collection[str]) -> Iterable[Record]:
        """Return those objects with these ids that are still on the destination.

        By default they are among the tenant's own. A type whose objects are discovered through
        what uses them reads them directly.
        """
        return [record for record in self.discover(reader) if record.id in ids]

    def decide(self, record: Record, choice: str, reader: "TenantReader") -> Decision:
        """Return what becomes of an object.

        ``reader`` reads the destination; ``choice`` is what the operator chose, "" for nothing.
        """
        return Decision()

    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Return the decision in the light of what was decided about other objects."""
        return decision

    def phase_of(self, stage: Stage, record: Record) -> str:
        """Return the phase of a stage for this object."""
        return stage.phase

    def requires(self, record: Record, reader: "TenantReader") -> Mapping[str, Sequence[Ref]]:
        """Return, by stage, what must succeed first.

        By default the first stage requires everything that the object maps.
        """
        refs = [
            Ref(type_name, source_id)
            for field_name, type_name in self.mapped.items()
            for source_id in ids_in(record.fields.get(field_name))
        ]
        return {self.stages[0].name: refs}

    def follows(self, record: Record, reader: "TenantReader") -> Mapping[str, Sequence[Ref]]:
        """Return, by stage, what must end first, whether it succeeds or not."""
        return {}

    def called(self, title: str) -> str:
        """Return an object in words: "server web-1"."""
        return f"{self.label} {title}"

    def stage(self, name: str) -> Stage:
        """Return one of its stages. Raises ``StopIteration`` for a name that none has."""
        return next(each for each in self.stages if each.name == name)

    @property
    def needed_stages(self) -> set[str]:
        """The names of the stages through which every object goes that is created."""
        return {each.name for each in self.stages if not each.on_demand}

    def depends_on(self, record: Record, reader: "TenantReader") -> Iterable[Ref]:
        """Return the objects without which this one is left out as well.

        By default all that its stages require, but for the types that it ``does_without``.
        """
        for refs in self.requires(record, reader).values():
            yield from (ref for ref in refs if ref.type not in self.does_without)

    def accompanies(self, record: Record, reader: "TenantReader") -> Iterable[Ref]:
        """Return the objects with which it moves unasked, as they are of little use without it.

        Only asked when an operator chose single objects to be moved.
        """
        return ()

    def without(
        self, record: Record, left_out: LeftOut, reader: "TenantReader"
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the record without its references to what is left out, and what that loses.

        Planning moves it as it is then; verification compares the source's object so.
        """
        return record, ()

    def losses(self, record: Record, reader: "TenantReader") -> Iterable[Loss]:
        """Return every attribute that will be lost or changed, with its reason."""
        known = {*self.copied, *self.mapped, *self.own}
        for name, value in record.fields.items():
            if name not in known and not self.is_neutral(name, value):
                reason = self.lost.get(name, "Pumphouse does not know this attribute.")
                yield Loss(field=name, value=value, reason=reason)

    def check(
        self, records: Sequence[Record], source: "TenantReader", destination: "TenantReader"
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Return what preflight finds about the objects to be created; None is the whole type."""
        return ()

    # Execution

    def find(self, work: Work) -> str | None:
        """Return the id of what an attempt without a record has created; see ``found_by``."""
        raise NotImplementedError

    def is_marked(self, work: Work) -> bool:
        """Return whether ``find`` answers only for what this plan made."""
        return self.found_by == FoundBy.MARKER

    def is_as_created(self, work: Work, id_: str) -> bool:
        """Return whether what ``find`` found can be what the create call made.

        Asked only of what is not marked and was not there before the call.
        """
        return True

    def namesake(self, work: Work) -> str | None:
        """Return the id of what others made in the way of the object, None if nothing is.

        Asked when the create call was refused. What is not marked is found by ``find``.
        """
        return None if self.is_marked(work) else self.find(work)

    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        """Return how what others made under the same name, address or MAC differs, "" if not."""
        return ""

    def create(self, work: Work) -> str:
        """Create the object with its marker and return its id on the destination."""
        raise NotImplementedError

    def complete(self, work: Work) -> None:
        """Finish what ``create`` cannot do in one call.

        Called within the stage ``create``, once the id is in the ledger, and again after a crash.
        """

    def used_by_others(self, work: Work) -> str:
        """Return who else uses the copy on the destination, in words, "" for nobody.

        What the plan itself created does not count.
        """
        return ""

    def remove(self, work: Work) -> None:
        """Delete from the destination what this plan created; nothing happens if it is gone."""
        raise NotImplementedError

    def take_back(self, work: Work) -> None:
        """Undo what the create call needed beside the object, whether or not that was created.

        A rollback does so after ``remove``. Nothing happens if it is undone.
        """

    def is_taken(self, stage_data: Mapping[str, Any]) -> bool:
        """Return whether a stage on the source took something that a rollback gives back."""
        return True

    def is_of_destination(self, name: str, resolution: Mapping[str, Any]) -> bool:
        """Return whether the destination has such an object by itself: a rollback keeps it."""
        return False

    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        """Return in words what a rollback removes or revokes beside the object itself."""
        return ()

    def halt(self, work: Work) -> None:
        """Stop the copy from using the addresses of the source's object; it is removed later.

        A rollback does so before it gives the source its own back. Nothing happens if it is gone.
        """

    def returned(self, record: Record) -> Collection[str]:
        """Return the stages that are undone, if they were done, for what is left out since.

        They took from the source what that needs.
        """
        return ()

    def finalize(self, work: Work) -> None:
        """Delete the object from the source, after a clean verify. By default it stays."""

    def kept_with(self, record: Record, required: Iterable[Ref]) -> Iterable[Ref]:
        """Return what the source keeps as long as it keeps this object.

        ``required`` is what its stages require; by default all of it but what it ``outlives``.
        """
        return [ref for ref in required if ref.type not in self.outlives]

    def serves(self, record: Record, kept: Collection[tuple[str, str]]) -> bool:
        """Return whether it serves what the source keeps (types and ids), unasked by it."""
        return False

    def also_finalized(self, record: Record) -> Iterable[str]:
        """Return in words what else ``finalize`` takes from the source: what others have there."""
        return ()

    # Verification

    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        """Return the source's object as it was before the move touched it.

        A moved server is stopped in the source: its copy must equal what it was before.
        """
        return record

    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        """Return the fields in which the copy differs from the source's object."""
        for name in self.copied:
            ours, theirs = source.fields.get(name), destination.fields.get(name)
            comparable = self._is_comparable(name, source, destination)
            if comparable and normalize(ours) != normalize(theirs):
                yield Difference(field=name, source=ours, destination=theirs)
        for name, type_name in self.mapped.items():
            ids = ids_in(source.fields.get(name))
            expected = sorted(expected_id(destination_id_of, type_name, id_) for id_ in ids)
            found = sorted(ids_in(destination.fields.get(name)))
            if expected != found:
                yield Difference(field=name, source=expected, destination=found)

    def is_neutral(self, name: str, value: Any) -> bool:
        """Return whether a value of an attribute means the same as that there is no attribute."""
        return is_empty(value) or value is False

    def _is_comparable(self, name: str, source: Record, destination: Record) -> bool:
        """Return whether an attribute can differ. A record lacks what its cloud does not know.

        What only the destination knows, it has set by default; what only the source knows is lost,
        unless the value is neutral.
        """
        known = name in destination.fields
        return name in source.fields and (known or not self.is_neutral(name, source.fields[name]))
