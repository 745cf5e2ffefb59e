"""What rolling a plan back will do, in words, for who is to confirm it."""

from collections.abc import Collection, Iterable

from dashboard.migrations_app import ledger
from dashboard.migrations_app.data_paths import path_of
from dashboard.migrations_app.execution.left_out import Key
from dashboard.migrations_app.execution.sharing import heir_of, known_user_of, used_by_others
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type


def effects(plan: Plan) -> list[str]:
    """Return a line for each thing that a rollback puts back, removes, revokes or hands over."""
    items = {item.key: item for item in plan.items.all()}
    entries = [entry for entry in ledger.own_entries(plan) if entry.key in items]
    returned = [
        f"{_named(entry)} of {plan.source}: put back as it was"
        for entry in entries
        if _is_taken(entry)
    ]
    used = used_by_others(plan)
    found = [line for entry in entries for line in _lines(entry, items[entry.key], used)]
    return [*returned, *found]


def _is_taken(entry: LedgerEntry) -> bool:
    type_ = resource_type(entry.type)
    on_source = {stage.name for stage in type_.stages if stage.on_source}
    return bool(on_source & {*entry.stages}) and type_.is_taken(entry.stage_data)


def _lines(entry: LedgerEntry, item: PlanItem, used: Collection[Key]) -> Iterable[str]:
    """Yield what becomes of a created object, and of what its move has left beside it."""
    if entry.origin == LedgerEntry.Origin.CREATED:
        if entry.state == LedgerEntry.State.PRESENT:
            yield f"{_named(entry)}{_outcome(entry, item, used)}"
        elif entry.stage_data.get("creating"):
            yield f"{_named(entry)}: removed, if it was created"
    type_ = resource_type(entry.type)
    of_path = path_of(item.resolution).leftovers(entry.stage_data) if type_.has_data else ()
    for what in (*of_path, *type_.leftovers(entry.stage_data)):
        yield f"{_named(entry)}: {what}"


def _outcome(entry: LedgerEntry, item: PlanItem, used: Collection[Key]) -> str:
    """Return what becomes of a created object; only the job can ask the cloud who uses it."""
    type_ = resource_type(entry.type)
    is_used = _may_be_used(entry, used)
    if is_used and (heir := heir_of(entry)):
        return f": kept for plan {heir.pk} of {heir.tenant_name}, which uses it"
    if is_used and (user := known_user_of(entry)):
        return f": kept, because plan {user.pk} of {user.tenant_name} uses it"
    if type_.is_of_destination(entry.name, item.resolution):
        return ": kept, without what the plan added"
    is_asked = type(type_).used_by_others is not ResourceType.used_by_others
    return ": removed, unless others use it by then" if is_asked else ": removed"


def _may_be_used(entry: LedgerEntry, used: Collection[Key]) -> bool:
    """Return whether another tenant's plan has the object; a subnet is used with its network."""
    if entry.type == "subnet" and any(type_name == "network" for type_name, _ in used):
        return True
    return (entry.type, entry.source_id) in used or (entry.type, entry.destination_id) in used


def _named(entry: LedgerEntry) -> str:
    return resource_type(entry.type).called(entry.title)
