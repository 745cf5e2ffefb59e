"""Creates one object exactly once, and adopts what somebody else has made before or meanwhile.

What carries our marker is ours. Of a type without one, only that is ours which was not there when
we looked, just before the create call: the ledger stores that (``absent``) ahead of the call.
"""

from dashboard.errors import NeedsOperator
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry
from dashboard.migrations_app.resources.base import ResourceType


def create_once(type_: ResourceType, work: ItemWork) -> None:
    """Create the object, unless an attempt whose record was lost did, or somebody else has."""
    if work.entry.state != LedgerEntry.State.PRESENT:
        _create_or_adopt(type_, work)
    if work.entry.origin == LedgerEntry.Origin.CREATED:
        type_.complete(work)


def recall(type_: ResourceType, work: ItemWork) -> None:
    """Record the object of a create call whose answer was lost, if there is one and it is ours."""
    if not work.entry.destination_id and work.stage_data.get("creating"):
        found = type_.find(work)
        if found and _is_ours(type_, work, found):
            ledger.record_created(work.entry, found)


def _create_or_adopt(type_: ResourceType, work: ItemWork) -> None:
    marked = type_.is_marked(work)
    work.resumed = work.resumed or bool(work.stage_data.get("creating"))
    found = type_.find(work) if work.resumed or not marked else None
    if found and not _is_ours(type_, work, found):
        _adopt(type_, work, found)
        return
    if found:
        work.log(f"Found {type_.label} {work.record.title}, created by an earlier attempt.")
        ledger.record_created(work.entry, found)
        return
    ledger.replace_old_marker(work.entry)
    work.save(creating=True, **({} if marked else {"absent": True}))
    _create(type_, work)


def _create(type_: ResourceType, work: ItemWork) -> None:
    """Create the object; if the cloud refuses because an equal one has appeared, adopt that."""
    try:
        created = type_.create(work)
    except NeedsOperator:
        if not type_.is_marked(work):
            # refused: whatever is there now is not ours
            work.save(creating=False, absent=False)
        found = type_.namesake(work)
        if not found:
            raise
        if type_.is_marked(work) and found == type_.find(work):
            # the client has repeated a call whose answer was lost
            ledger.record_created(work.entry, found)
        else:
            _adopt(type_, work, found)
    else:
        ledger.record_created(work.entry, created)


def _is_ours(type_: ResourceType, work: ItemWork, found: str) -> bool:
    if type_.is_marked(work):
        return True
    return bool(work.stage_data.get("absent")) and type_.is_as_created(work, found)


def _adopt(type_: ResourceType, work: ItemWork, found: str) -> None:
    """Adopt what somebody else has made. Raises ``NeedsOperator`` if it is not equal."""
    cloud, name = work.destination.name, work.record.name
    if difference := type_.obstacle_to_adopting(work, found):
        raise NeedsOperator(
            f"Cloud {cloud} has another {type_.label} {name}: {difference}.",
            fix="Rename or remove it there, or plan again and choose what to use instead.",
        )
    ledger.record_adopted(work.entry, found)
    work.log(
        f"Adopted {type_.label} {name}: cloud {cloud} has it already. A rollback leaves it there."
    )
