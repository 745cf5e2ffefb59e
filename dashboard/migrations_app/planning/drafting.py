"""Drafts a plan: reads both clouds, decides about every object, and freezes what it found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from dashboard.jobs.kinds import StepContext
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.edits import edited
from dashboard.migrations_app.maintenance.original_roles import reader_with_original_roles
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.planning.choosing import Choosing, not_chosen
from dashboard.migrations_app.planning.disk_paths import DiskPaths
from dashboard.migrations_app.planning.drafts import Draft, original_of
from dashboard.migrations_app.planning.edit_findings import edit_findings
from dashboard.migrations_app.planning.leaving_out import (
    choosers_before,
    dependents,
    is_moved,
    leave_out_dependents,
    left_out,
)
from dashboard.migrations_app.planning.options import ONLY, options_of
from dashboard.migrations_app.planning.preflight import (
    FoundBy,
    preflight,
    readers_of,
    store_findings,
)
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.choices import LEAVE_OUT, choice_of
from dashboard.migrations_app.resources.data_path import CHECKSUMS, DATA_PATHS
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    BLOCK,
    CREATE,
    MIGRATED,
    SKIP,
    WARN,
    Decision,
    Finding,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.registry import resource_type, resource_types


class Planner:
    """Drafts one plan from both clouds and stores it."""

    def __init__(self, plan: Plan, context: StepContext, *, requester: Requester = NOBODY) -> None:
        self.plan = plan
        self.context = context
        self.requester = requester
        self.choosers = choosers_before(plan)
        self.source, self.destination = readers_of(plan)
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.gone: list[LedgerEntry] = []
        self.path_findings: list[FoundBy] = []
        self.choosing = Choosing(only=(), records={}, moved=(), source=self.source)

    def draft(self) -> None:
        """Read both clouds and decide about every object of the tenant."""
        found = [*self._discover()]
        self.choosing = self._chosen_of(found)
        for record, entry in found:
            draft = self.drafts[record.type, record.id] = self._draft(record, entry)
            self._note_destination(draft)
        self._resolve_dependencies()
        for draft in self.drafts.values():
            self._note_destination(draft)
        self.path_findings = [FoundBy(*each) for each in self._disk_paths().choose()]

    def _disk_paths(self) -> DiskPaths:
        options = options_of(self.plan)
        wanted, checksums = options[DATA_PATHS], options[CHECKSUMS]
        return DiskPaths(self.drafts, self.source, self.destination, wanted, checksums)

    def _note_destination(self, draft: Draft) -> None:
        """Note for the reader of the destination what an object has become there.

        Later types decide by it: users by the domain that theirs is mapped to.
        """
        if draft.destination_id:
            key = draft.record.type, draft.record.id
            self.destination.destination_ids[key] = draft.destination_id

    def _discover(self) -> Iterator[tuple[Record, LedgerEntry | None]]:
        """Read all of the tenant's objects, each with what it has become before."""
        entries = self._entries()
        for name, type_ in resource_types().items():
            self.context.check()
            records = [edited(each, self.plan.edits) for each in type_.discover(self.source)]
            self.context.log(f"Read {type_.counted(len(records))}.")
            moved = {id_: entry for (of, id_), entry in entries.items() if of == name}
            self._drop_gone(type_, moved)
            yield from ((record, moved.get(record.id)) for record in records)

    def _chosen_of(self, found: Sequence[tuple[Record, LedgerEntry | None]]) -> Choosing:
        return Choosing(
            only=options_of(self.plan)[ONLY],
            records={
                (record.type, record.id): original_of(record, entry) for record, entry in found
            },
            moved={entry.key for _, entry in found if entry and is_moved(entry)},
            source=self.source,
        )

    def _drop_gone(self, type_: ResourceType, moved: dict[str, LedgerEntry]) -> None:
        """Drop the entries of objects that were deleted from the destination since they moved.

        Only those of this tenant: what it shares with another, as a user, may be out of its sight.
        """
        own = {entry.destination_id: id_ for id_, entry in moved.items() if self._is_own(entry)}
        own.pop("", None)  # created by a call whose answer was lost: execution will look for it
        if own:
            found = [*type_.reread(self.moved, {*own})] if self.moved else []
            for record in found:
                own.pop(record.id)
            self.gone += [moved.pop(id_) for id_ in own.values()]

    def _is_own(self, entry: LedgerEntry) -> bool:
        return bool(entry.plan and entry.plan.tenant_id == self.plan.tenant_id)

    @cached_property
    def moved(self) -> TenantReader | None:
        """The reader of the tenant's project on the destination, when there is one already."""
        entry = ledger.entry_of(self.plan, "project", self.plan.tenant_id)
        if entry is None or entry.state != LedgerEntry.State.PRESENT:
            return None
        cloud, project_id = self.destination.cloud, entry.destination_id
        if not cloud.find("identity", f"/projects/{project_id}"):
            return None
        tenant = replace(self.source.tenant, id=project_id)
        return reader_with_original_roles(self.plan.destination, cloud, tenant)

    def _entries(self) -> dict[tuple[str, str], LedgerEntry]:
        """Return the ledger entries of the tenant's objects, whichever plan made them."""
        entries = LedgerEntry.objects.select_related("plan").filter(
            source_cloud=self.plan.source,
            destination_cloud=self.plan.destination,
            origin=LedgerEntry.Origin.CREATED,
        )
        entries = entries.exclude(state=LedgerEntry.State.REMOVED)
        return {entry.key: entry for entry in entries if ledger.has_begun(entry)}

    def _draft(self, record: Record, entry: LedgerEntry | None) -> Draft:
        type_, choice = resource_type(record.type), self._choice(record)
        is_included = (record.type, record.id) in self.choosing.included
        if entry and type_.needed_stages <= {*entry.stages}:
            decision = replace(_decided_before(entry), action=MIGRATED)
        elif entry:
            # a part of it was moved: the rest of its stages is still to be done
            decision = replace(_decided_before(entry), destination_id="")
        elif choice == LEAVE_OUT or not is_included:
            decision = Decision()
        else:
            decision = type_.decide(record, choice, self.destination)
        draft = Draft(record=record, decision=decision, losses=[], entry=entry)
        draft.is_unwanted = choice == LEAVE_OUT or not is_included
        if choice == LEAVE_OUT:
            by = self.choosers.get((record.type, record.id), str(self.requester))
            draft.decision = left_out(draft, by=by)
        elif not is_included:
            draft.decision = not_chosen(str(self.requester))
        return draft

    def _choice(self, record: Record) -> str:
        return choice_of(self.plan.choices, record.type, record.id, record.name)

    def _resolve_dependencies(self) -> None:
        """Resolve what each type needs of the others, then list what will be lost."""
        leave_out_dependents(self.drafts, self.source)
        for draft in self.drafts.values():
            if draft.decision.left_out_by:
                draft.losses = [Loss(field="", value=None, reason=draft.decision.reason)]
                continue
            type_ = resource_type(draft.record.type)
            draft.decision = type_.resolve_dependencies(
                draft.record, draft.decision, self._decision_of
            )
            if draft.decision.action in (CREATE, MIGRATED):
                losses = [*type_.losses(draft.record, self.source), *draft.decision.losses]
                draft.losses = [*{loss.field: loss for loss in losses}.values()]
            elif draft.decision.action == SKIP:
                draft.losses = [Loss(field="", value=None, reason=draft.decision.reason)]

    def _decision_of(self, type_name: str, source_id: str) -> Decision | None:
        draft = self.drafts.get((type_name, source_id))
        return draft.decision if draft else None

    def store(self) -> None:
        """Freeze the plan: its items in order, and what was found about them."""
        problems = [
            FoundBy(draft.record, _block(draft.decision))
            for draft in self.drafts.values()
            if draft.decision.problem
        ]
        problems += [FoundBy(each.record, why) for each, why in dependents(self.drafts)]
        problems += [FoundBy(None, finding) for finding in self.choosing.unknown()]
        problems += self.path_findings
        problems += [FoundBy(*each) for each in edit_findings(self.plan.edits, self.drafts)]
        resolutions = {
            key: draft.decision.resolution for key, draft in self.drafts.items() if not draft.entry
        }
        both = self.source, self.destination
        found = preflight(self.plan, self.to_create(), *both, resolutions)
        with transaction.atomic():
            for entry in self.gone:
                ledger.record_removed(entry)
            self.plan.items.all().delete()
            PlanItem.objects.bulk_create(self._rows(), batch_size=200)
            store_findings(self.plan, [*problems, *self._unknown_choices()], found)
            self.plan.preflighted_at = timezone.now()
            blocked = any(each.finding.severity == BLOCK for each in (*problems, *found))
            self.plan.state = Plan.State.BLOCKED if blocked else Plan.State.READY
            self.plan.save()

    def _unknown_choices(self) -> list[FoundBy]:
        """Warn of choices that match none of the tenant's objects: they may be mistyped."""
        records = [draft.record for draft in self.drafts.values()]
        known = {f"{each.type}:{word}" for each in records for word in (each.name, each.id)}
        return [FoundBy(None, _unknown(key)) for key in self.plan.choices if key not in known]

    def to_create(self) -> list[Record]:
        """Return the records of the objects to be created."""
        return [d.record for d in self.drafts.values() if d.decision.action == CREATE]

    def _rows(self) -> list[PlanItem]:
        return [self._row(ordinal, draft) for ordinal, draft in enumerate(self.drafts.values())]

    def _row(self, ordinal: int, draft: Draft) -> PlanItem:
        record, decision = draft.record, draft.decision
        type_ = resource_type(record.type)
        return PlanItem(
            plan=self.plan,
            ordinal=ordinal,
            type=record.type,
            source_id=record.id,
            name=record.name,
            action=decision.action,
            destination_id=decision.destination_id,
            shared=record.shared,
            left_out_by=decision.left_out_by,
            fields=dict(record.fields),
            resolution=dict(decision.resolution),
            requires=_plain(type_.requires(record, self.source)),
            follows=_plain(type_.follows(record, self.source)),
            losses=[{"field": x.field, "value": x.value, "reason": x.reason} for x in draft.losses],
        )


def _decided_before(entry: LedgerEntry) -> Decision:
    """Return what the plan that moved the object, or a part of it, had decided about it."""
    item = PlanItem.objects.filter(
        plan=entry.plan, type=entry.type, source_id=entry.source_id
    ).first()
    return Decision(
        destination_id=entry.destination_id,
        resolution=item.resolution if item else {},
        losses=[Loss(**loss) for loss in item.losses] if item else (),
    )


def _block(decision: Decision) -> Finding:
    return Finding(severity=BLOCK, sentence=decision.problem, fix=decision.fix)


def _unknown(choice: str) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"The tenant does not use {choice}: its mapping has no effect.",
        fix="Correct it or remove it, then plan again.",
    )


def _plain(refs: Mapping[str, Sequence[Ref]]) -> dict[str, list[list[str]]]:
    return {stage: [[r.type, r.id, r.stage] for r in each] for stage, each in refs.items()}
