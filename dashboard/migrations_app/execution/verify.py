"""Verifies a move: reads both clouds again and stores the differences. Changes neither."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.template.defaultfilters import pluralize
from django.utils import timezone

from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Job
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.acceptances import acceptances_of, identity_of
from dashboard.migrations_app.execution.edits import edited
from dashboard.migrations_app.execution.ended_outages import end_outages_of_running
from dashboard.migrations_app.execution.identities import identities_of
from dashboard.migrations_app.execution.left_out import PRESENCE, left_out_of
from dashboard.migrations_app.execution.tenant_jobs import tenant_jobs
from dashboard.migrations_app.maintenance.original_roles import reader_with_original_roles
from dashboard.migrations_app.models import Plan, PlanDifference, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.data_path import UNCOMPARED, differences_of_bytes
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.records import Difference, Record
from dashboard.migrations_app.resources.registry import resource_types

_UNEXPECTED = Q(expected=False, acceptance=None)


class Verifier:
    """Compares what a plan moved, field by field."""

    def __init__(self, plan: Plan, context: StepContext) -> None:
        self.plan = plan
        self.context = context
        self.entries = ledger.entries_of(plan)
        self.left_out = left_out_of(plan)
        self.identities = identities = identities_of(plan)
        tenant = TenantRef(plan.tenant_id, plan.tenant_name, plan.domain_name)
        moved = replace(tenant, id=ledger.destination_id_of(plan, "project", plan.tenant_id))
        self.destination = reader_with_original_roles(
            plan.destination, identities.destination, moved
        )
        self.source = reader_with_original_roles(
            plan.source, identities.source, tenant, destination=self.destination
        )
        self.source.migrated = ledger.migrated_ids(plan)
        for reader in (self.source, self.destination):
            reader.asks_of_each = True

    def compare(self, job: Job) -> str:
        """Store all differences. Return the sentence that counts them."""
        accepted = acceptances_of(self.plan)
        end_outages_of_running(self.plan.source, self.identities.source)
        end_outages_of_running(self.plan.destination, self.identities.destination)
        rows = [
            self._row(job, item, difference)
            for type_ in resource_types().values()
            for item, difference in self._compare_type(type_)
        ]
        for row in rows:
            row.acceptance = None if row.expected else accepted.get(identity_of(row))
        with transaction.atomic():
            self.plan.differences.all().delete()
            PlanDifference.objects.bulk_create(rows)
            Plan.objects.filter(pk=self.plan.pk).update(
                verified_at=timezone.now(), dismissed_at=None
            )
        return count_differences(rows) + self._uncompared()

    def _uncompared(self) -> str:
        """Return the sentence that counts the volumes whose bytes were not compared, if any."""
        number = sum(bool(entry.stage_data.get(UNCOMPARED)) for entry in self.entries.values())
        were = f"{number} volume{pluralize(number)} were"
        return f" The bytes of {were} not compared." if number else ""

    def _compare_type(self, type_: ResourceType) -> Iterable[tuple[PlanItem, Difference]]:
        items = self.plan.items.filter(type=type_.name, action__in=("create", "keep"))
        if not items:
            return
        self.context.check()
        found = (edited(each, self.plan.edits) for each in type_.discover(self.source))
        sources = {record.id: record for record in found}
        destinations = self._reread(type_)
        for item in items:
            for difference in self._compare(type_, item, sources, destinations):
                yield item, difference
        self.context.log(f"Compared {type_.counted(len(items))}.")

    def _reread(self, type_: ResourceType) -> dict[str, Record]:
        """Return the moved objects of a type as the destination has them, by their ids there."""
        ids = {
            entry.destination_id for (name, _), entry in self.entries.items() if name == type_.name
        }
        return {record.id: record for record in type_.reread(self.destination, ids)}

    def _compare(
        self,
        type_: ResourceType,
        item: PlanItem,
        sources: dict[str, Record],
        destinations: dict[str, Record],
    ) -> Iterable[Difference]:
        entry = self.entries.get(item.key)
        source = sources.get(item.source_id)
        destination = destinations.get(entry.destination_id) if entry else None
        if source is None or destination is None or entry is None:
            yield _presence(source, destination)
            return
        original = type_.original_state(source, entry.stage_data)
        original, _ = type_.without(original, self.left_out, self.source)
        yield from type_.differences(original, destination, self._destination_id_of)
        yield from differences_of_bytes(entry.stage_data)

    def _destination_id_of(self, type_name: str, source_id: str) -> str | None:
        entry = self.entries.get((type_name, source_id))
        if entry is None:
            # what another plan has moved, to which this one's grants refer
            return self.source.migrated.get((type_name, source_id))
        return entry.destination_id

    def _row(self, job: Job, item: PlanItem, difference: Difference) -> PlanDifference:
        return PlanDifference(
            plan=self.plan,
            job=job,
            type=item.type,
            source_id=item.source_id,
            name=item.name,
            field=difference.field,
            source_value=_text(difference.source),
            destination_value=_text(difference.destination),
            expected=difference.field in {loss["field"] for loss in item.losses},
        )


def _presence(source: Record | None, destination: Record | None) -> Difference:
    return Difference(
        field=PRESENCE,
        source="present" if source else "missing",
        destination="present" if destination else "missing",
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def is_verified(plan: Plan) -> bool:
    """Return whether the move has been verified since it was last executed."""
    if plan.verified_at is None:
        return False
    executed = next(iter(tenant_jobs(plan, "execute")), None)
    finished = executed.finished_at if executed else None
    return not (finished and plan.verified_at < finished)


def unexpected(plan: Plan) -> QuerySet[PlanDifference]:
    """Return the differences of the last verify that neither the plan announced nor anybody has
    accepted."""
    return plan.differences.filter(_UNEXPECTED)


def numbers_of_differences(plan: Plan) -> tuple[int, int]:
    """Return how many differences the last verify found, and how many are ``unexpected``."""
    unexpected_ones = Count("pk", filter=_UNEXPECTED)
    found = plan.differences.aggregate(all=Count("pk"), unexpected=unexpected_ones)
    return found["all"], found["unexpected"]


def count_unexpected(plan: Plan) -> int:
    """Return how many differences of the last verify are ``unexpected``."""
    return unexpected(plan).count() if plan.unexpected_read is None else plan.unexpected_read


def accepted_words(plan: Plan) -> str:
    """Return ", N accepted by NAME" for the differences that somebody has accepted, else ""."""
    found = plan.differences.exclude(acceptance=None)
    names = sorted(found.values_list("acceptance__accepted_by", flat=True))
    return f", {len(names)} accepted by {' and '.join(dict.fromkeys(names))}" if names else ""


def count_differences(rows: Sequence[PlanDifference]) -> str:
    """Return the sentence that tells how many differences a verify has found."""
    accepted = sum(row.acceptance is not None for row in rows)
    expected = sum(row.expected for row in rows)
    others = len(rows) - expected - accepted
    ones = f"{expected} expected one{pluralize(expected)}"
    more = f", {accepted} accepted" if accepted else ""
    return f"{others} unexpected difference{pluralize(others)}, {ones}{more}."


def is_clean(plan: Plan) -> bool:
    """Return whether there was a verify and it found nothing unexpected."""
    return bool(plan.verified_at) and not count_unexpected(plan)
