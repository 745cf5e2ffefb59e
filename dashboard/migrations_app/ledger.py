"""The ledger: what each object of the source has become on the destination.

Written ahead of every create call, so that a crash between the call and its record leaves a row
that says what to look for. All changes of an entry go through here.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.records import MAP


def entry_of(plan: Plan, type_name: str, source_id: str) -> LedgerEntry | None:
    """Return the entry of an object between the plan's two clouds, whichever plan made it."""
    return LedgerEntry.objects.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        type=type_name,
        source_id=source_id,
    ).first()


def entries_of(plan: Plan) -> dict[tuple[str, str], LedgerEntry]:
    """Return all present entries between the plan's two clouds that concern its items."""
    wanted = set(plan.items.values_list("type", "source_id"))
    entries = LedgerEntry.objects.filter(
        source_cloud=plan.source, destination_cloud=plan.destination
    )
    return {
        (entry.type, entry.source_id): entry
        for entry in entries.exclude(state=LedgerEntry.State.REMOVED)
        if (entry.type, entry.source_id) in wanted
    }


def open_entry(item: PlanItem) -> LedgerEntry:
    """Return the item's entry, made or taken over for this plan if nothing is there yet."""
    plan = item.plan
    with transaction.atomic():
        entry, made = LedgerEntry.objects.get_or_create(
            source_cloud=plan.source,
            destination_cloud=plan.destination,
            type=item.type,
            source_id=item.source_id,
            defaults={"plan": plan, "name": item.name},
        )
        if not made and entry.state == LedgerEntry.State.REMOVED:
            _start_over(entry, plan)
    return entry


def _start_over(entry: LedgerEntry, plan: Plan) -> None:
    entry.plan, entry.state, entry.destination_id = plan, LedgerEntry.State.INTENDED, ""
    entry.origin, entry.stages, entry.stage_data = LedgerEntry.Origin.CREATED, [], {}
    entry.save()


def has_begun(entry: LedgerEntry) -> bool:
    """Return whether anything may have been done for the object, recorded or not."""
    return bool(entry.stages or entry.destination_id or entry.stage_data.get("creating"))


def record_created(entry: LedgerEntry, destination_id: str) -> None:
    """Store what the object has become."""
    entry.destination_id, entry.state = destination_id, LedgerEntry.State.PRESENT
    entry.save(update_fields=["destination_id", "state", "changed_at"])


def record_found(item: PlanItem) -> None:
    """Store the entry of an object that was adopted or mapped: there is nothing to create."""
    entry = open_entry(item)
    if entry.state == LedgerEntry.State.PRESENT and entry.destination_id == item.destination_id:
        return
    entry.origin = LedgerEntry.Origin.MAPPED if item.action == MAP else LedgerEntry.Origin.ADOPTED
    entry.plan = item.plan
    entry.destination_id, entry.state = item.destination_id, LedgerEntry.State.PRESENT
    entry.save()


def take_over(plan: Plan) -> None:
    """Have the plan answer for what earlier plans of the same tenant have created: it goes on with
    their work, and rolling it back undoes all of it."""
    earlier = Plan.objects.filter(
        source=plan.source, destination=plan.destination, tenant_id=plan.tenant_id, pk__lt=plan.pk
    )
    LedgerEntry.objects.filter(plan__in=earlier).exclude(state=LedgerEntry.State.REMOVED).update(
        plan=plan
    )


def save_stage_data(entry: LedgerEntry, stage_data: Mapping[str, Any]) -> None:
    """Add stage data to the entry, at once."""
    entry.stage_data = {**entry.stage_data, **stage_data}
    entry.save(update_fields=["stage_data", "changed_at"])


def finish_stage(entry: LedgerEntry, stage: str) -> None:
    """Store that a stage is done."""
    if stage not in entry.stages:
        entry.stages = [*entry.stages, stage]
        entry.save(update_fields=["stages", "changed_at"])


def undo_stage(entry: LedgerEntry, stage: str) -> None:
    """Store that a stage has been undone."""
    entry.stages = [name for name in entry.stages if name != stage]
    entry.save(update_fields=["stages", "changed_at"])


def record_removed(entry: LedgerEntry) -> None:
    """Store that the object has been removed from the destination; its id stays for the record."""
    entry.state = LedgerEntry.State.REMOVED
    entry.save(update_fields=["state", "changed_at"])


def destination_id_of(plan: Plan, type_name: str, source_id: str) -> str:
    """Return the destination's id of an object. Raises ``NeedsOperator`` when there is none."""
    entry = entry_of(plan, type_name, source_id)
    if entry is None or entry.state != LedgerEntry.State.PRESENT:
        raise NeedsOperator(
            f"The {type_name.replace('_', ' ')} {source_id} has no counterpart on cloud "
            f"{plan.destination}.",
            fix="Plan again: it may have been left out, or added to the tenant since.",
        )
    return entry.destination_id
