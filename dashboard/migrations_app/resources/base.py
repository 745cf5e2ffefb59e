"""What a resource type is: the contract that every file in ``resources/`` fulfils.

Plain Python: a type reads clouds through a ``TenantReader`` and acts through a ``Work``; it knows
nothing of rows, jobs or pages. A type describes its attributes once, as data (copied, mapped, own,
lost); planning, verification and the documentation all read the same description.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from dashboard.clients.openstack import CloudSession

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.reader import TenantReader

Json = dict[str, Any]

PREPARE, CUTOVER, COMPLETE = "prepare", "cutover", "complete"
CREATE, ADOPT, MAP, MIGRATED, SKIP = "create", "adopt", "map", "keep", "skip"
BLOCK, WARN, INFO = "block", "warn", "info"

MARKER = "pumphouse_source_id"
EVERYTHING = "*"


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


class Work(Protocol):
    """One object on its move: what a stage knows and may do."""

    @property
    def source(self) -> CloudSession:
        """The source as the operator."""

    @property
    def destination(self) -> CloudSession:
        """The destination as the operator."""

    @property
    def record(self) -> Record:
        """The object as the plan froze it."""

    @property
    def resolution(self) -> Mapping[str, Any]:
        """What the plan's decision about the object found out."""

    @property
    def destination_id(self) -> str:
        """The object's own id on the destination, empty before it is created."""

    @property
    def project_id(self) -> str:
        """The tenant's project on the destination."""

    @property
    def stage_data(self) -> Mapping[str, Any]:
        """What earlier stages stored about this object."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The plan's options, for example ``capture: stop``."""

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt may have left something behind: look before creating."""

    def save(self, **stage_data: Any) -> None:
        """Store stage data at once, before acting on it: it survives a crash."""

    def destination_id_of(self, type_name: str, source_id: str) -> str:
        """Return the destination's id of another object. Raises ``NeedsOperator`` without one."""

    def stage_data_of(self, type_name: str, source_id: str) -> Mapping[str, Any]:
        """Return what the stages of another object stored."""

    def session_as(self, user_id: str) -> CloudSession:
        """Return the destination as that user of the source, in the tenant's project.

        Where the user cannot act for himself, this is the operator with a temporary role.
        """

    def can_impersonate(self, user_id: str) -> bool:
        """Return whether ``session_as`` of that user is the user and not the operator."""

    def temporary_password(self) -> str:
        """Return the password of this run for the user that is this object; it is never stored."""

    def restore_password(self) -> None:
        """Put the old hash in place of the password of this run, or hand out a one-time one."""

    def log(self, message: str, *, level: int = 20) -> None:
        """Write a line to the job's log."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """Report how far the stage is; ``unit`` is bytes or items."""

    def check(self) -> None:
        """Raise ``Cancelled`` when the job is to stop; call it between slow calls."""


class ResourceType:
    """One type of resource. Subclasses are found by themselves, one file each.

    Every attribute of the API's object belongs to exactly one of: ``copied`` as it is; ``mapped``
    to the counterpart of what it names (values: type names); ``own``, the cloud's business by
    nature (ids, times, states); ``lost``, with the reason. What is in none of them and not empty
    is reported as lost because Pumphouse does not know it.
    """

    name: ClassVar[str]
    plural: ClassVar[str]
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
        self, record: Record, decision: Decision, decision_of: Callable[[str, str], Decision | None]
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
        destination_id_of: Callable[[str, str], str | None],
    ) -> Iterable[Difference]:
        """Return the fields that differ; ``destination_id_of(type, source id)``
        translates references."""
        for name in self.copied:
            yield from _differing(
                name, source.fields.get(name), destination.fields.get(name), normal
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


def normal(value: Any) -> Any:
    """Return a value in a form in which equal things compare equal: no order in lists, no
    empties."""
    if isinstance(value, Mapping):
        return {key: normal(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list | tuple):
        return sorted((normal(inner) for inner in value), key=repr)
    return None if is_empty(value) else value


def is_empty(value: Any) -> bool:
    """Return whether a value means "not set"; False and 0 are values."""
    return value is None or value in ("", [], {}, ())


def ids_in(value: Any) -> list[str]:
    """Return the ids in a reference attribute, which is one id, a list of them, or nothing."""
    if isinstance(value, str):
        return [value] if value else []
    return [str(inner) for inner in value or ()]


def renamed(record: Record, name: str) -> Sequence[Loss]:
    """Return the loss of its name when the operator has chosen another, nothing when not."""
    if name == record.name:
        return ()
    return (Loss(field="name", value=record.name, reason=f"It was chosen to become {name}."),)


def chosen(fields: Mapping[str, Any], names: Iterable[str]) -> Json:
    """Return the attributes of that names that are set: what a create call is made from."""
    return {name: fields[name] for name in names if not is_empty(fields.get(name))}
