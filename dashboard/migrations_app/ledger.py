"""The ledger: what each object of the source has become on the destination.

Written ahead of every create call, so that a crash between the call and its record leaves a row
that says what to look for. All changes of a link go through here.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import Link, Plan, PlanItem
from dashboard.migrations_app.resources.base import MAP


def link_of(plan: Plan, type_name: str, source_id: str) -> Link | None:
    """Return the link of an object between the plan's two clouds, whichever plan made it."""
    return Link.objects.filter(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        type=type_name,
        source_id=source_id,
    ).first()


def links_of(plan: Plan) -> dict[tuple[str, str], Link]:
    """Return all present links between the plan's two clouds that concern its items."""
    wanted = set(plan.items.values_list("type", "source_id"))
    links = Link.objects.filter(source_cloud=plan.source, destination_cloud=plan.destination)
    return {
        (link.type, link.source_id): link
        for link in links.exclude(state=Link.State.REMOVED)
        if (link.type, link.source_id) in wanted
    }


def open_link(item: PlanItem) -> Link:
    """Return the item's link, made or taken over for this plan if nothing is there yet."""
    plan = item.plan
    with transaction.atomic():
        link, made = Link.objects.get_or_create(
            source_cloud=plan.source,
            destination_cloud=plan.destination,
            type=item.type,
            source_id=item.source_id,
            defaults={"plan": plan, "name": item.name},
        )
        if not made and link.state == Link.State.REMOVED:
            _start_over(link, plan)
    return link


def _start_over(link: Link, plan: Plan) -> None:
    link.plan, link.state, link.destination_id = plan, Link.State.INTENDED, ""
    link.origin, link.stages, link.facts = Link.Origin.CREATED, [], {}
    link.save()


def has_begun(link: Link) -> bool:
    """Return whether anything may have been done for the object, recorded or not."""
    return bool(link.stages or link.destination_id or link.facts.get("creating"))


def record_created(link: Link, destination_id: str) -> None:
    """Store what the object has become."""
    link.destination_id, link.state = destination_id, Link.State.PRESENT
    link.save(update_fields=["destination_id", "state", "changed_at"])


def record_found(item: PlanItem) -> None:
    """Store the link of an object that was adopted or mapped: there is nothing to create."""
    link = open_link(item)
    if link.state == Link.State.PRESENT and link.destination_id == item.destination_id:
        return
    link.origin = Link.Origin.MAPPED if item.action == MAP else Link.Origin.ADOPTED
    link.plan = item.plan
    link.destination_id, link.state = item.destination_id, Link.State.PRESENT
    link.save()


def take_over(plan: Plan) -> None:
    """Have the plan answer for what earlier plans of the same tenant have created: it goes on with
    their work, and rolling it back undoes all of it."""
    earlier = Plan.objects.filter(
        source=plan.source, destination=plan.destination, tenant_id=plan.tenant_id, pk__lt=plan.pk
    )
    Link.objects.filter(plan__in=earlier).exclude(state=Link.State.REMOVED).update(plan=plan)


def remember(link: Link, facts: Mapping[str, Any]) -> None:
    """Add facts to the link, at once."""
    link.facts = {**link.facts, **facts}
    link.save(update_fields=["facts", "changed_at"])


def finish_stage(link: Link, stage: str) -> None:
    """Store that a stage is done."""
    if stage not in link.stages:
        link.stages = [*link.stages, stage]
        link.save(update_fields=["stages", "changed_at"])


def undo_stage(link: Link, stage: str) -> None:
    """Store that a stage has been undone."""
    link.stages = [name for name in link.stages if name != stage]
    link.save(update_fields=["stages", "changed_at"])


def record_removed(link: Link) -> None:
    """Store that the object has been removed from the destination; its id stays for the record."""
    link.state = Link.State.REMOVED
    link.save(update_fields=["state", "changed_at"])


def counterpart(plan: Plan, type_name: str, source_id: str) -> str:
    """Return the destination's id of an object. Raises ``NeedsOperator`` when there is none."""
    link = link_of(plan, type_name, source_id)
    if link is None or link.state != Link.State.PRESENT:
        raise NeedsOperator(
            f"The {type_name.replace('_', ' ')} {source_id} has no counterpart on cloud "
            f"{plan.destination}.",
            fix="Plan again: it may have been left out, or added to the tenant since.",
        )
    return link.destination_id
