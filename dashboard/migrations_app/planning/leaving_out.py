"""Leaves objects out of a plan: those that an operator chose, and what cannot be without them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.template.defaultfilters import capfirst

from dashboard.migrations_app.models import LedgerEntry, Plan
from dashboard.migrations_app.planning.drafts import Draft
from dashboard.migrations_app.resources.choices import LEAVE_OUT, choice_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    COMPLETE,
    CREATE,
    MIGRATED,
    SKIP,
    WARN,
    Decision,
    Finding,
    LeftOut,
)
from dashboard.migrations_app.resources.registry import resource_type

Drafts = Mapping[tuple[str, str], Draft]


def left_out(draft: Draft, by: str) -> Decision:
    """Return the decision that leaves an object out, because somebody chose so.

    What the destination has already cannot be left out: that is a problem of the plan.
    """
    if draft.entry and is_moved(draft.entry):
        return replace(
            draft.decision,
            problem=f"{capfirst(draft.called)} has been moved already: it cannot be left out.",
            fix="Remove its choice and plan again, or roll the move back first.",
        )
    return Decision(action=SKIP, left_out_by=by, reason=f"Left out by {by}.")


def choosers_before(plan: Plan) -> dict[tuple[str, str], str]:
    """Return who chose to leave out what the tenant's last plan before this one left out.

    Whoever plans again with that choice has not made it.
    """
    same = {"source": plan.source, "destination": plan.destination, "tenant_id": plan.tenant_id}
    before = Plan.objects.filter(**same, pk__lt=plan.pk).order_by("-pk").first()
    items = before.items.exclude(left_out_by="") if before else ()
    return {
        item.key: item.left_out_by
        for item in items
        if before and choice_of(before.choices, item.type, item.source_id, item.name) == LEAVE_OUT
    }


def leave_out_dependents(drafts: Drafts, source: TenantReader) -> None:
    """Leave out what cannot be without what is left out; the rest loses its references to it."""
    if not any(draft.decision.left_out_by for draft in drafts.values()):
        return
    left_out, is_settled = _left_out(drafts), False
    while not is_settled:
        is_settled = True
        for draft in drafts.values():
            if _is_left_out_now(draft, drafts, left_out, source):
                left_out, is_settled = _left_out(drafts), False
    for draft in drafts.values():
        if draft.decision.left_out_by:
            draft.record = draft.original
        elif draft.decision.action in (CREATE, MIGRATED):
            _reduce(draft, left_out, source)


def dependents(drafts: Drafts) -> Iterable[tuple[Draft, Finding]]:
    """Return a warning for each object that is left out without having been chosen."""
    for draft in drafts.values():
        decision = draft.decision
        if decision.left_out_by and not draft.is_unwanted:
            sentence = f"{capfirst(draft.called)} is left out as well. {decision.reason}"
            fix = "Remove that choice and plan again, if it is to move."
            yield draft, Finding(severity=WARN, sentence=sentence, fix=fix)


def _is_left_out_now(draft: Draft, drafts: Drafts, left_out: LeftOut, source: TenantReader) -> bool:
    """Leave an object out if something that it depends on is. Return whether that is new."""
    needed = _missing(draft, drafts, left_out, source)
    if needed is None:
        return False
    is_moved_for_good = (
        draft.decision.action == MIGRATED and not resource_type(draft.record.type).is_taken_back
    )
    # what was kept keeps what it needs: to leave it out again would never come to an end
    if draft.is_kept or is_moved_for_good:
        _keep(needed, draft)
    else:
        by = needed.decision.left_out_by
        reason = f"It needs {needed.called}, which is left out by {by}."
        draft.decision = Decision(action=SKIP, left_out_by=by, reason=reason)
    return True


def _missing(draft: Draft, drafts: Drafts, left_out: LeftOut, source: TenantReader) -> Draft | None:
    """Return the first object that is left out and that this one depends on, if it is to move."""
    if draft.decision.action not in (CREATE, MIGRATED):
        return None
    type_ = resource_type(draft.record.type)
    record, _ = type_.without(draft.original, left_out, source)
    for ref in type_.depends_on(record, source):
        found = drafts.get((ref.type, ref.id))
        if found and found.decision.left_out_by:
            return found
    return None


def _keep(needed: Draft, moved: Draft) -> None:
    """Take an object in again that what has moved depends on: that is a problem of the plan."""
    needed.is_kept = True
    needed.decision = Decision(
        destination_id=needed.destination_id,
        problem=f"{capfirst(needed.called)} cannot be left out: {moved.called}, which needs it, "
        "has been moved already.",
        fix="Remove its choice and plan again, or roll the move back first.",
    )


def _reduce(draft: Draft, left_out: LeftOut, source: TenantReader) -> None:
    type_ = resource_type(draft.record.type)
    draft.record, losses = type_.without(draft.original, left_out, source)
    draft.decision = replace(draft.decision, losses=[*draft.decision.losses, *losses])


def _left_out(drafts: Drafts) -> LeftOut:
    return LeftOut(
        {
            key: (draft.called, draft.original)
            for key, draft in drafts.items()
            if draft.decision.left_out_by
        }
    )


def is_moved(entry: LedgerEntry) -> bool:
    """Return whether all is done of an object but to clean up after it."""
    type_ = resource_type(entry.type)
    later = {stage.name for stage in type_.stages if stage.phase == COMPLETE}
    return type_.needed_stages - later <= {*entry.stages}
