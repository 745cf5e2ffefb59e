"""Preflight: finds what would go wrong before anything is created.

Each type checks its own objects; here is what concerns the plan as a whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.work import record_of
from dashboard.migrations_app.maintenance.original_roles import reader_with_original_roles
from dashboard.migrations_app.models import Plan, PlanFinding
from dashboard.migrations_app.plan_numbers import numbers_of
from dashboard.migrations_app.planning.checks import checks
from dashboard.migrations_app.planning.disk_paths import disk_of
from dashboard.migrations_app.planning.operators_room import room_findings
from dashboard.migrations_app.resources.data_path import CHECKSUMS, DATA_PATH, Disk
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import BLOCK, CREATE, Finding, Record
from dashboard.migrations_app.resources.registry import resource_types

Resolutions = Mapping[tuple[str, str], Mapping[str, Any]]
"""What a plan has resolved of objects, by their types and ids."""


@dataclass(frozen=True)
class FoundBy:
    """A finding and the object that it is about, None for the tenant as a whole."""

    record: Record | None
    finding: Finding
    type: str = ""


def readers_of(plan: Plan) -> tuple[TenantReader, TenantReader]:
    """Return the readers of both clouds for a plan; the destination's knows no project yet, and
    what the tenant already has there, and what projects share that have moved."""
    tenant = TenantRef(plan.tenant_id, plan.tenant_name, plan.domain_name)
    destination = TenantReader(
        connect(plan.destination), replace(tenant, id=""), options=plan.options
    )
    source = reader_with_original_roles(
        plan.source,
        connect(plan.source),
        tenant,
        options=plan.options,
        destination=destination,
    )
    source.migrated = ledger.migrated_ids(plan)
    of_items = {item.key: item.destination_id for item in plan.items.all()}
    known = {**source.migrated, **of_items}
    known |= {key: entry.destination_id for key, entry in ledger.entries_of(plan).items()}
    destination.destination_ids.update({key: id_ for key, id_ in known.items() if id_})
    return source, destination


def preflight(
    plan: Plan,
    records: Sequence[Record],
    source: TenantReader,
    destination: TenantReader,
    resolutions: Resolutions,
) -> list[FoundBy]:
    """Return all findings about the objects to be created."""
    found: list[FoundBy] = []
    for name, type_ in resource_types().items():
        mine = [record for record in records if record.type == name]
        found += [
            FoundBy(record, finding, name)
            for record, finding in type_.check(mine, source, destination)
        ]
    for check in checks():
        found += [FoundBy(None, finding) for finding in check(plan, records, source, destination)]
    checksums = plan.options.get(CHECKSUMS, "")
    room = room_findings(_going(records, resolutions), source, destination, checksums)
    return [*found, *(FoundBy(None, finding, "volume") for finding in room)]


def _going(
    records: Sequence[Record], resolutions: Resolutions
) -> Iterable[tuple[Disk, Mapping[str, Any]]]:
    """Yield the disks that go by a path, with what was resolved of each."""
    for record in records:
        resolution = resolutions.get((record.type, record.id), {})
        if DATA_PATH in resolution:
            yield disk_of(record, resolution), resolution


def can_lift_blocks(plan: Plan) -> bool:
    """Return whether preflight alone can unblock the plan.

    Findings of planning stay until the tenant is planned again.
    """
    blocks = [kind for kind in numbers_of(plan).findings if kind.severity == BLOCK]
    return all(kind.made_by == "preflight" for kind in blocks)


def preflight_again(plan: Plan) -> bool:
    """Check a stored plan and store the findings. Return whether it can be executed.

    What planning itself found (a missing network, a name that is taken) needs a new plan and stays.
    """
    items = plan.items.filter(action=CREATE)
    records = [record_of(item) for item in items]
    resolutions = {item.key: item.resolution for item in items}
    found = preflight(plan, records, *readers_of(plan), resolutions)
    with transaction.atomic():
        plan.findings.filter(made_by="preflight").delete()
        _store(plan, found, made_by="preflight")
        plan.preflighted_at = timezone.now()
        blocked = plan.findings.filter(severity=BLOCK).exists()
        if plan.state in (Plan.State.READY, Plan.State.BLOCKED):
            plan.state = Plan.State.BLOCKED if blocked else Plan.State.READY
        plan.save()
    return not blocked


def store_findings(plan: Plan, planned: Iterable[FoundBy], checked: Iterable[FoundBy]) -> None:
    """Replace the stored findings by those of planning and preflight."""
    plan.findings.all().delete()
    _store(plan, planned, made_by="plan")
    _store(plan, checked, made_by="preflight")


def _store(plan: Plan, found: Iterable[FoundBy], *, made_by: str) -> None:
    items = {item.key: item for item in plan.items.all()}
    PlanFinding.objects.bulk_create(
        PlanFinding(
            plan=plan,
            item=items.get((each.record.type, each.record.id)) if each.record else None,
            made_by=made_by,
            type=each.record.type if each.record else each.type,
            resource=each.record.title if each.record else "",
            severity=each.finding.severity,
            sentence=each.finding.sentence,
            fix=each.finding.fix,
        )
        for each in found
    )
