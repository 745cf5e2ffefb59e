"""What a resource type is: the contract that every type fulfils.

Plain Python: a type reads clouds through a ``TenantReader`` and acts through a ``Work``; it knows
nothing of rows, jobs or pages. A type describes its attributes once, as data (copied, mapped, own,
lost); planning, verification and the documentation all read the same description.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.migrations_app.resources.attributes import ids_in, is_empty, normalize
from dashboard.migrations_app.resources.records import (
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.reader import TenantReader


class ResourceType:
    """One type of resource. Subclasses are found by themselves, one file each.

    Every attribute of the API's object belongs to exactly one of: ``copied`` as it is; ``mapped``
    to the counterpart of what it names (values: type names); ``own``, the cloud's business by
    nature (ids, times, states); ``lost``, with the reason. What is in none of them and not empty
    is reported as lost because Pumphouse does not know it.
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

    @property
    def label(self) -> str:
        """The type's name for people: "floating IP" for floating_ip."""
        return self.name.replace("_", " ")

    def counted(self, number: int) -> str:
        """Return a number of these objects in words: "1 router", "2 routers"."""
        return f"{number} {self.label if number == 1 else self.plural}"

    def may_choose(self, *, shared: bool) -> bool:
        """Return whether a choice means something for an object, the tenant's own or
        ``shared``."""
        return bool(self.choice)

    def discover(self, reader: "TenantReader") -> Iterable[Record]:
        """Return the tenant's objects of this type, on either cloud: verification calls it too."""
        raise NotImplementedError

    def reread(self, reader: "TenantReader", ids: Collection[str]) -> Iterable[Record]:
        """Return those of the objects with these ids that are still on the destination.

        By default they are the tenant's own; a type whose objects are found by who uses them reads
        them directly.
        """
        return [record for record in self.discover(reader) if record.id in ids]

    def decide(self, record: Record, choice: str, reader: "TenantReader") -> Decision:
        """Return what becomes of an object; ``reader`` reads the destination, ``choice`` is the
        operator's mapping for it, empty without one."""
        return Decision()

    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Change the decision in the light of others': ``decision_of(type, source id)``."""
        return decision

    def phase_of(self, stage: Stage, record: Record) -> str:
        """Return the phase of a stage for this very object."""
        return stage.phase

    def requires(self, record: Record, reader: "TenantReader") -> Mapping[str, Sequence[Ref]]:
        """Give, by stage, what must be there before: by default all mapped, for the first stage."""
        refs = [
            Ref(type_name, source_id)
            for field_name, type_name in self.mapped.items()
            for source_id in ids_in(record.fields.get(field_name))
        ]
        return {self.stages[0].name: refs}

    def follows(self, record: Record, reader: "TenantReader") -> Mapping[str, Sequence[Ref]]:
        """Give, by stage, what must have been settled before, whichever way."""
        return {}

    def losses(self, record: Record, reader: "TenantReader") -> Iterable[Loss]:
        """Return every attribute that will be lost or changed, with its reason."""
        known = {*self.copied, *self.mapped, *self.own}
        for name, value in record.fields.items():
            if name not in known and not is_empty(value) and value is not False:
                reason = self.lost.get(name, "Pumphouse does not know this attribute.")
                yield Loss(field=name, value=value, reason=reason)

    def check(
        self, records: Sequence[Record], source: "TenantReader", destination: "TenantReader"
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Preflight all objects of this type that are to be created; None means the type."""
        return ()

    def find(self, work: Work) -> str | None:
        """Look for the object that a crashed attempt created, by its marker."""
        raise NotImplementedError

    def create(self, work: Work) -> str:
        """Create the object with its marker and give its id on the destination."""
        raise NotImplementedError

    def complete(self, work: Work) -> None:
        """Finish what ``create`` cannot do in one call; repeated after a crash, so idempotent.

        Called within the stage ``create``, when the id is in the ledger.
        """

    def remove(self, work: Work) -> None:
        """Delete from the destination what this plan created; gone already is as good."""
        raise NotImplementedError

    def finalize(self, work: Work) -> None:
        """Delete the object from the source, after a clean verify. By default it stays."""

    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        """Return the source's object as it was before the move touched it, from what was
        remembered.

        A moved server is stopped in the source; it is its state before that which must be equal.
        """
        return record

    def differences(
        self,
        source: Record,
        destination: Record,
        destination_id_of: IdLookup,
    ) -> Iterable[Difference]:
        """Return the fields that differ; ``destination_id_of(type, source id)``
        translates references."""
        for name in self.copied:
            yield from _differing(
                name, source.fields.get(name), destination.fields.get(name), normalize
            )
        for name, type_name in self.mapped.items():
            expected = sorted(
                destination_id_of(type_name, source_id) or f"no counterpart of {source_id}"
                for source_id in ids_in(source.fields.get(name))
            )
            found = sorted(ids_in(destination.fields.get(name)))
            if expected != found:
                yield Difference(field=name, source=expected, destination=found)


def _differing(
    name: str, source: Any, destination: Any, form: Callable[[Any], Any]
) -> Iterable[Difference]:
    if form(source) != form(destination):
        yield Difference(field=name, source=source, destination=destination)
