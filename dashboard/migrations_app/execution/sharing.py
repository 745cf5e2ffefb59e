"""What others have come to use is kept when the plan that created it is rolled back.

Other plans of this installation are in the ledger, and take it over. Other installations and people
are not, so the cloud is asked as well.
"""

from django.db.models import Q, QuerySet

from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type

_IN_USE = (Plan.State.EXECUTING, Plan.State.EXECUTED, Plan.State.FINALIZED)
# what is in a project and may be shared with others
_OF_PROJECT = (
    *("network", "subnet", "router", "image", "security_group", "qos_policy"),
    *("subnet_pool", "address_scope", "address_group"),
)
_TAKING = (PlanItem.Action.CREATE, PlanItem.Action.MIGRATED, PlanItem.Action.ADOPT)


def heir_of(entry: LedgerEntry) -> Plan | None:
    """Return the latest plan of another tenant that uses what an entry's plan created, if any."""
    if not resource_type(entry.type).is_shareable or entry.plan is None:
        return None
    same = Q(source_id=entry.source_id, plan__source=entry.source_cloud_id)
    if entry.destination_id:
        same |= Q(destination_id=entry.destination_id)
    return _latest_plan(_items_of_others(entry, entry.plan).filter(same, action__in=_TAKING))


def used_by_others(plan: Plan) -> set[tuple[str, str]]:
    """Return the types and ids, of source and destination, of what other tenants' plans share with
    a plan, in one query: most plans share nothing, and need not be asked for each object."""
    ours = plan.items.order_by()
    entries = LedgerEntry.objects.filter(
        source_cloud=plan.source_id,
        destination_cloud=plan.destination_id,
        type__in=ours.values("type"),
        source_id__in=ours.values("source_id"),
    )
    created = entries.exclude(destination_id="").order_by().values("destination_id")
    others = PlanItem.objects.filter(
        Q(source_id__in=ours.values("source_id")) | Q(destination_id__in=created),
        plan__destination=plan.destination_id,
        plan__state__in=_IN_USE,
    ).exclude(plan__tenant_id=plan.tenant_id)
    rows = others.order_by().values_list("type", "source_id", "destination_id")
    return {(type_name, id_) for type_name, *ids in rows for id_ in ids if id_}


def mapper_of(entry: LedgerEntry) -> Plan | None:
    """Return the latest plan of another tenant that is mapped to what an entry's plan created.

    That plan takes nothing over: what an operator chose for it, its rollback leaves alone.
    """
    if entry.plan is None or not entry.destination_id:
        return None
    mapped = {"action": PlanItem.Action.MAP, "destination_id": entry.destination_id}
    return _latest_plan(_items_of_others(entry, entry.plan).filter(**mapped))


def _items_of_others(entry: LedgerEntry, plan: Plan) -> QuerySet[PlanItem]:
    """Return the items of other tenants' plans, to the same cloud, that are of an entry's type."""
    items = PlanItem.objects.filter(
        type=entry.type, plan__destination=entry.destination_cloud_id, plan__state__in=_IN_USE
    )
    return items.exclude(plan__tenant_id=plan.tenant_id)


def _latest_plan(items: QuerySet[PlanItem]) -> Plan | None:
    item = items.select_related("plan").order_by("-plan").first()
    return item.plan if item else None


def known_user_of(entry: LedgerEntry) -> Plan | None:
    """Return the plan in the ledger for which an object is kept without being handed over.

    A subnet stays with its network.
    """
    if entry.type != "subnet":
        return mapper_of(entry)
    network = _network_of(entry)
    return (heir_of(network) or mapper_of(network)) if network else None


def _network_of(entry: LedgerEntry) -> LedgerEntry | None:
    item = PlanItem.objects.filter(
        plan=entry.plan, type=entry.type, source_id=entry.source_id
    ).first()
    if item is None or entry.plan is None:
        return None
    return ledger.entry_of(entry.plan, "network", item.fields.get("network_id", ""))


def keep_for_plan(work: ItemWork, user: Plan) -> None:
    """Leave an object to another plan, which is named in the log once."""
    if ledger.KEPT_FROM not in work.stage_data:
        _keep(work, f"plan {user.pk} of {user.tenant_name} uses it")


def hand_over(work: ItemWork, heir: Plan) -> None:
    """Make an object that this plan created the other plan's, as if that had created it."""
    work.save(**{ledger.KEPT_FROM: work.plan.pk})
    ledger.hand_over(work.entry, heir)
    work.log(
        f"Kept {_named(work)}: plan {heir.pk} of {heir.tenant_name} uses it. "
        "Rolling that plan back removes it."
    )


def keep_for_others(type_: ResourceType, work: ItemWork) -> bool:
    """Return whether somebody else uses the object, who is named in the log then."""
    kept = _kept_content(work) if type_.name == "project" else ""
    reason = kept or type_.used_by_others(work)
    if reason:
        _keep(work, reason)
    return bool(reason)


def _keep(work: ItemWork, reason: str) -> None:
    work.save(**{ledger.KEPT_FROM: work.plan.pk})
    work.log(f"Kept {_named(work)} on {work.destination.name}: {reason}.")


def _kept_content(work: ItemWork) -> str:
    """Return what of the project's own was kept: it must not be without its project."""
    kept = LedgerEntry.objects.filter(
        destination_cloud=work.plan.destination,
        stage_data__kept_from=work.plan.pk,
        type__in=_OF_PROJECT,
    ).first()
    return f"{resource_type(kept.type).label} {kept.name} in it is kept" if kept else ""


def _named(work: ItemWork) -> str:
    return resource_type(work.item.type).called(work.record.title)
