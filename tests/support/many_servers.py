"""A plan of many servers that has been executed, and its job: for the size and speed of pages."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import PREDICTED, SERVER, Job, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
    Tenant,
)
from tests.support import rows

BATCH = 2000
COPIED = 7 * 1024**3
TYPES = ("volume", "port", "server")
"""What each server has, in the order of the plan."""
TABS = ("servers", "items", "findings", "losses", "choices", "differences", "ledger")
JOB_TABS = ("servers", "steps", "timeline", "graph")
STAGES = {"volume": ["create"], "port": ["create"], "server": ["stop", "create"]}


def moved_plan(old: Cloud, new: Cloud, number: int) -> tuple[Plan, Job]:
    """Return the executed plan of a tenant with that many servers, and the job that did it."""
    tenant = rows.tenant_of(old, "of-the-servers")
    plan = Plan.objects.create(
        source=old,
        destination=new,
        tenant_id=tenant.project_id,
        tenant_name=tenant.name,
        state=Plan.State.EXECUTED,
        preflighted_at=timezone.now() - timedelta(hours=2),
        verified_at=timezone.now(),
    )
    insert(PlanItem, _items(plan, number))
    insert(LedgerEntry, (_entry(plan, *each) for each in _objects(number)))
    insert(PlanFinding, (_finding(plan, each) for each in range(number)))
    insert(PlanDifference, (_difference(plan, each) for each in range(number)))
    return plan, _job(plan, number)


def pages_of(plan: Plan, job: Job) -> dict[str, str]:
    """Return the address of each page about the plan and its job."""
    of_plan, of_job = plan.get_absolute_url(), job.get_absolute_url()
    tenant = Tenant.objects.get(cloud=plan.source, project_id=plan.tenant_id)
    return {
        "plan of servers": of_plan,
        "its servers": f"{of_plan}servers/rows/",
        **{f"its {tab}": f"{of_plan}{tab}/" for tab in TABS[1:]},
        "its tenant": tenant.get_absolute_url(),
        "job of servers": of_job,
        **{f"{tab} of a job": f"{of_job}{tab}/" for tab in JOB_TABS},
        "report of a job": f"{of_job}report/",
        "API: plan": f"/api/plans/{plan.pk}/",
        "API: items": f"/api/plans/{plan.pk}/items/",
        "API: ledger": f"/api/plans/{plan.pk}/ledger/",
        "API: job": f"/api/jobs/{job.pk}/",
        "API: steps": f"/api/jobs/{job.pk}/steps/",
        "API: servers": f"/api/jobs/{job.pk}/servers/",
    }


def insert(model: type[Any], made: Iterable[Any]) -> None:
    """Insert rows by the batch, so that a million never are in memory at once."""
    waiting = iter(made)
    while batch := list(islice(waiting, BATCH)):
        model.objects.bulk_create(batch)


def _objects(number: int) -> Iterator[tuple[str, int]]:
    for type_ in TYPES:
        yield from ((type_, each) for each in range(number))


def _items(plan: Plan, number: int) -> Iterator[PlanItem]:
    for ordinal, (type_, each) in enumerate(_objects(number)):
        yield PlanItem(
            plan=plan,
            ordinal=ordinal,
            type=type_,
            source_id=rows.source_id(type_, each),
            name=f"{type_}-{each}",
            fields=_fields(type_, each),
            requires={"create": [["port", rows.source_id("port", each), "create"]]},
            losses=[{"field": "tags", "value": ["a"], "reason": "They are not migrated."}]
            if type_ == "server"
            else [],
        )


def _fields(type_: str, number: int) -> dict[str, Any]:
    """Return about as much as Nova and Cinder tell of one."""
    told = {f"attribute-{each}": f"{each:040x}" for each in range(25)}
    if type_ == "server":
        volumes = [rows.source_id("volume", number)]
        return {**told, "flavor": {"name": "small"}, "status": "ACTIVE", "volumes": volumes}
    return {**told, "size": 10, "server_ids": [rows.source_id("server", number)]}


def _entry(plan: Plan, type_: str, number: int) -> LedgerEntry:
    return LedgerEntry(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        plan=plan,
        type=type_,
        source_id=rows.source_id(type_, number),
        destination_id=rows.source_id(type_, number)[::-1],
        name=f"{type_}-{number}",
        state=LedgerEntry.State.PRESENT,
        stages=STAGES[type_],
        stage_data={"marker": f"{number:064x}"},
    )


def _finding(plan: Plan, number: int) -> PlanFinding:
    return PlanFinding(
        plan=plan,
        severity=PlanFinding.Severity.WARN,
        type="server",
        resource=f"server-{number}",
        sentence=f"The server server-{number} has a tag, which is not migrated.",
        fix="Tell its users.",
    )


def _difference(plan: Plan, number: int) -> PlanDifference:
    return PlanDifference(
        plan=plan,
        type="server",
        source_id=rows.source_id("server", number),
        name=f"server-{number}",
        field="description",
        source_value="as it was",
        destination_value="as it is",
    )


def _job(plan: Plan, number: int) -> Job:
    job = Job.objects.create(
        kind="execute",
        title="The job with many servers",
        subject=plan.subject,
        state=JobState.DONE,
        params={"plan": plan.pk},
        chains_at_once=3,
        started_at=timezone.now() - timedelta(hours=8),
        finished_at=timezone.now() - timedelta(hours=1),
    )
    insert(Step, (step for each in range(number) for step in _chain(job, each)))
    return job


def _chain(job: Job, number: int) -> Iterator[Step]:
    """Yield the steps of one server: it is halted, copied and booted in nine minutes."""
    began = timezone.now() - timedelta(hours=7) + timedelta(seconds=20 * number)
    key = f"server:{rows.source_id('server', number)}"
    for place, action in enumerate(("stop", "capture", "create")):
        copied = COPIED if action == "capture" else 0
        yield Step(
            job=job,
            key=f"{key}:{action}",
            ordinal=3 * number + place,
            action=action,
            title=f"{action.capitalize()} server server-{number}",
            group="server",
            chain=key,
            opens_chain=not place,
            params=_params(f"{key}:stop", number) if not place else {},
            state=StepState.DONE,
            progress_unit=BYTES if copied else "",
            progress_done=copied,
            progress_total=copied,
            started_at=began + timedelta(minutes=3 * place),
            finished_at=began + timedelta(minutes=3 * place + 3),
        )


def _params(halt: str, number: int) -> dict[str, Any]:
    predicted = {"seconds": 300 + number % 400, "bytes": 2 * COPIED}
    return {SERVER: {"halt": halt, "name": f"server-{number}", PREDICTED: predicted}}
