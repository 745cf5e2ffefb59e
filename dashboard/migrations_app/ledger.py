"""The ledger: what each object of the source has become on the destination.

Entries are written before every create call, so that a crash between the call and its record leaves
a row that says what to look for. All changes of entries go through this module.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.records import MAP
from dashboard.migrations_app.resources.registry import resource_types

KEPT_FROM = "kept_from"
"""Stage data: the plan whose rollback left the object to others."""

HAS_BEGUN = ~Q(stages=[]) | ~Q(destination_id="") | Q(stage_data__creating=True)
"""Whether anything may exist of an entry's object on the destination, as ``has_begun`` says."""
OWN = ~Q(state=LedgerEntry.State.REMOVED) & (Q(origin=LedgerEntry.Origin.CREATED) | ~Q(stages=[]))
"""Whether its plan has created an entry's object or done a stage of it, and not undone that."""

_MARKER = "marker"


def entry_of(plan: Plan, type_name: str, source_id: str) -> LedgerEntry | None:
    """Return an object's entry for the plan's two clouds, whichever plan made it."""
    return entries_of_object(plan, type_name, source_id).first()


def entries_of_object(
    plan: Plan, type_name: str | OuterRef, source_id: str | OuterRef
) -> QuerySet[LedgerEntry]:
    """Return the query for an object's entry for the plan's two clouds: it has one or none."""
    return LedgerEntry.objects.filter(
        source_cloud=plan.source_id,
        destination_cloud=plan.destination_id,
        type=type_name,
        source_id=source_id,
    )


def entries_of(plan: Plan) -> dict[tuple[str, str], LedgerEntry]:
    """Return the entries of the plan's items for its two clouds, by type and source id.

    Entries of what was removed from the destination are not among them.
    """
    wanted = plan.item_keys()
    entries = LedgerEntry.objects.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        type__in={type_name for type_name, _ in wanted},
        source_id__in=plan.items.order_by().values("source_id"),
    )
    return {
        entry.key: entry
        for entry in entries.exclude(state=LedgerEntry.State.REMOVED)
        if entry.key in wanted
    }


def entries_of_outer_item(plan: Plan) -> QuerySet[LedgerEntry]:
    """Return the query for the same entries within a query of items: that of the outer one."""
    entries = entries_of_object(plan, OuterRef("type"), OuterRef("source_id"))
    return entries.exclude(state=LedgerEntry.State.REMOVED)


def migrated_ids(plan: Plan) -> dict[tuple[str, str], str]:
    """Return the destination's ids of projects and of what projects share, whoever moved them.

    Objects of one tenant may name the project of another, and a grant of one project's object to
    another one is made when both are among them.
    """
    types = [name for name, type_ in resource_types().items() if type_.is_shareable]
    entries = LedgerEntry.objects.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        type__in=["project", *types],
        state=LedgerEntry.State.PRESENT,
    )
    return {entry.key: entry.destination_id for entry in entries}


def open_entry(item: PlanItem) -> LedgerEntry:
    """Return the item's entry; it is made if there is none, and restarted if it was removed."""
    plan = item.plan
    entry, made = LedgerEntry.objects.get_or_create(
        source_cloud_id=plan.source_id,
        destination_cloud_id=plan.destination_id,
        type=item.type,
        source_id=item.source_id,
        defaults={
            "plan": plan,
            "name": item.name,
            "stage_data": {_MARKER: _new_marker(item.source_id)},
        },
    )
    if not made and entry.state == LedgerEntry.State.REMOVED:
        _restart(entry, plan)
    return entry


def _restart(entry: LedgerEntry, plan: Plan) -> None:
    entry.plan, entry.state, entry.destination_id = plan, LedgerEntry.State.INTENDED, ""
    entry.origin, entry.stages = LedgerEntry.Origin.CREATED, []
    entry.stage_data = {_MARKER: _new_marker(entry.source_id)}
    entry.save()


def _new_marker(source_id: str) -> str:
    return f"{source_id}.{secrets.token_hex(8)}"


def marker_of(entry: LedgerEntry) -> str:
    """Return what the object carries from its create call until its id is stored.

    No other installation knows it, so whatever carries it is ours. Entries of older versions have
    none: their objects carry the source's id.
    """
    return str(entry.stage_data.get(_MARKER) or entry.source_id)


def replace_old_marker(entry: LedgerEntry) -> None:
    """Choose a marker for an entry of an older version; nothing carries that of before."""
    if _MARKER not in entry.stage_data:
        save_stage_data(entry, {_MARKER: _new_marker(entry.source_id)})


def has_begun(entry: LedgerEntry) -> bool:
    """Return whether anything may exist of the object on the destination, recorded or not."""
    return bool(entry.stages or entry.destination_id or entry.stage_data.get("creating"))


def record_created(entry: LedgerEntry, destination_id: str) -> None:
    """Store the id that the object has on the destination."""
    entry.destination_id, entry.state = destination_id, LedgerEntry.State.PRESENT
    entry.save(update_fields=["destination_id", "state", "changed_at"])


def record_adopted(entry: LedgerEntry, destination_id: str) -> None:
    """Store that the object was there before its create call: a rollback does not remove it."""
    entry.origin, entry.state = LedgerEntry.Origin.ADOPTED, LedgerEntry.State.PRESENT
    entry.destination_id = destination_id
    entry.save(update_fields=["origin", "destination_id", "state", "changed_at"])


def record_found(item: PlanItem) -> None:
    """Store what an item is adopted from or mapped to: there is nothing to create."""
    entry = open_entry(item)
    if entry.state == LedgerEntry.State.PRESENT and entry.destination_id == item.destination_id:
        return
    entry.origin = LedgerEntry.Origin.MAPPED if item.action == MAP else LedgerEntry.Origin.ADOPTED
    entry.plan = item.plan
    entry.destination_id, entry.state = item.destination_id, LedgerEntry.State.PRESENT
    entry.save()


def take_over(plan: Plan) -> None:
    """Assign the entries of the tenant's earlier plans to this one.

    It goes on with what they have begun, and rolling it back undoes all of it.
    """
    earlier = Plan.objects.filter(
        source=plan.source, destination=plan.destination, tenant_id=plan.tenant_id, pk__lt=plan.pk
    )
    LedgerEntry.objects.filter(plan__in=earlier).exclude(state=LedgerEntry.State.REMOVED).update(
        plan=plan
    )


def own_entries(plan: Plan) -> list[LedgerEntry]:
    """Return the entries of objects that the plan created or did a stage of, latest first."""
    return list(plan.ledger_entries.filter(OWN).order_by("-pk"))


def is_created_by(plan: Plan, type_name: str, destination_id: str) -> bool:
    """Return whether the plan created an object of the destination.

    What it has removed since counts as well: a list that was read before the removal, by a step
    that runs beside it, still has it. What it left to others does not.
    """
    created = plan.ledger_entries.filter(origin=LedgerEntry.Origin.CREATED)
    of_that_id = created.filter(type=type_name, destination_id=destination_id)
    return of_that_id.exclude(stage_data__has_key=KEPT_FROM).exists()


def created_in(cloud: Cloud) -> set[str]:
    """Return the ids of all objects that moves have created in a cloud and that are still there."""
    created = LedgerEntry.objects.filter(
        destination_cloud=cloud,
        origin=LedgerEntry.Origin.CREATED,
        state=LedgerEntry.State.PRESENT,
    )
    return set(created.values_list("destination_id", flat=True))


def is_copy(plan: Plan, type_name: str, destination_id: str) -> bool:
    """Return whether an object of the destination is what one of the plan's has become."""
    present = plan.ledger_entries.filter(state=LedgerEntry.State.PRESENT)
    return present.filter(type=type_name, destination_id=destination_id).exists()


def hand_over(entry: LedgerEntry, heir: Plan) -> None:
    """Make an object the other plan's, which has adopted it or found it migrated already."""
    with transaction.atomic():
        adopted = heir.ledger_entries.filter(
            type=entry.type,
            destination_id=entry.destination_id,
            origin=LedgerEntry.Origin.ADOPTED,
            state=LedgerEntry.State.PRESENT,
        ).exclude(pk=entry.pk)
        # an adopted object has no steps that a rollback could undo
        for other in adopted[:1]:
            other.origin, other.stages = LedgerEntry.Origin.CREATED, entry.stages
            other.save(update_fields=["origin", "stages", "changed_at"])
            heir.items.filter(type=other.type, source_id=other.source_id).update(
                action=PlanItem.Action.MIGRATED
            )
            record_removed(entry)
            return
        entry.plan = heir
        entry.save(update_fields=["plan", "changed_at"])


def pass_on(entry: LedgerEntry, heir: Plan) -> None:
    """Make the entry of an adopted or mapped object that of another plan that uses it."""
    entry.plan = heir
    entry.save(update_fields=["plan", "changed_at"])


def save_stage_data(entry: LedgerEntry, stage_data: Mapping[str, Any]) -> None:
    """Add stage data to an entry at once."""
    entry.stage_data = {**entry.stage_data, **stage_data}
    entry.save(update_fields=["stage_data", "changed_at"])


def begin_outage(entry: LedgerEntry) -> None:
    """Store that a server that ran runs on neither cloud from now on, unless that is stored."""
    rows = LedgerEntry.objects.filter(pk=entry.pk)
    rows.filter(down_since=None).update(down_since=timezone.now())
    entry.down_since = rows.values_list("down_since", flat=True).get()


def end_outage(entry: LedgerEntry) -> None:
    """Store that a server runs again, on either cloud, or that there is none any more."""
    LedgerEntry.objects.filter(pk=entry.pk).update(down_since=None)
    entry.down_since = None


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
    """Store that the object was removed from the destination; its id is kept for the record."""
    entry.state = LedgerEntry.State.REMOVED
    entry.save(update_fields=["state", "changed_at"])


def destination_id_of(plan: Plan, type_name: str, source_id: str) -> str:
    """Return the destination's id of an object. Raises ``NeedsOperator`` if there is none."""
    # the id alone: every step asks for those of all that its object names
    found = entries_of_object(plan, type_name, source_id).filter(state=LedgerEntry.State.PRESENT)
    destination_id = found.values_list("destination_id", flat=True).first()
    if destination_id is None:
        raise NeedsOperator(
            f"The {type_name.replace('_', ' ')} {source_id} does not exist on cloud "
            f"{plan.destination}.",
            fix="Plan again: it may have been skipped, or added to the tenant since.",
        )
    return destination_id
