"""Rows as a real move leaves them, for tests of pages and API: no cloud is behind them."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.contrib.auth.models import Group, User
from django.utils import timezone

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Dependency, Job, JobServer, LogLevel, LogLine, Runner, Step
from dashboard.jobs.states import JobState, Phase, StepState
from dashboard.jobs.this_process import host_name
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
    Tenant,
    TenantMaintenance,
)
from tests.support.step_rows import SHAPE, dependencies_of, steps_of
from tests.support.step_rows import let_steps_wait as let_steps_wait
from tests.support.step_rows import source_id as source_id

PASSWORD = "a-password-for-tests-only"


def user_with(role: str) -> User:
    """Return a user who has a role, and its name for a name."""
    user = User.objects.create_user(username=role, password=PASSWORD)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def two_clouds() -> tuple[Cloud, Cloud]:
    """Return an old and a new cloud that have been looked at."""
    services = {
        name: {"endpoint": f"http://10.20.0.2:{port}", "newest": newest}
        for name, port, newest in (
            ("identity", 5000, "3.14"),
            ("compute", 8774, "2.95"),
            ("network", 9696, ""),
            ("image", 9292, "2.16"),
            ("block_storage", 8776, "3.70"),
        )
    }
    common: dict[str, Any] = {"location": "/etc/pumphouse/clouds.yaml", "services": services}
    old, new = (
        Cloud.objects.create(
            name=name,
            section=name,
            auth_url=f"http://{name}.example:5000/v3",
            region="RegionOne",
            state=Cloud.State.REACHABLE,
            checked_at=timezone.now() - timedelta(minutes=12),
            **common,
        )
        for name in ("old", "new")
    )
    return old, new


def tenant_of(cloud: Cloud, name: str = "demo") -> Tenant:
    """Return a tenant that discovery has seen."""
    return Tenant.objects.create(
        cloud=cloud,
        project_id=f"{crc32(name.encode()):032x}",
        name=name,
        domain_name="Default",
        description="The web shop and what it stores.",
        servers=8,
        volumes=5,
        seen_at=timezone.now() - timedelta(minutes=12),
    )


def plan_of(
    tenant: Tenant,
    destination: Cloud,
    *,
    state: Plan.State = Plan.State.READY,
    user: User | None = None,
) -> Plan:
    """Return a drafted plan with its items and findings; a blocked one has a finding that
    blocks."""
    plan = Plan.objects.create(
        source=tenant.cloud,
        destination=destination,
        tenant_id=tenant.project_id,
        tenant_name=tenant.name,
        state=state,
        options={"capture": "stop", "addresses": "keep"},
        choices={"network:public": "ext-net"},
        created_by=user,
        preflighted_at=timezone.now() - timedelta(minutes=6),
    )
    PlanItem.objects.bulk_create(_items(plan))
    _find(plan, "warn", "server", "web-1", "The server has a tag “prod”, which is not migrated.")
    _find(plan, "info", "user", "alice", "The user gets her old password at the end.")
    if state == Plan.State.BLOCKED:
        _find(
            plan,
            "block",
            "server",
            "",
            "The tenant needs 16 cores on new and may use 10.",
            fix="Raise the quota: openstack quota set --cores 16 demo.",
        )
    return plan


def maintenance_of(
    tenant: Tenant, *, user: User | None = None, plan: Plan | None = None
) -> TenantMaintenance:
    """Return the maintenance of a tenant that is in it, with somebody whose access stays."""
    return TenantMaintenance.objects.create(
        cloud=tenant.cloud,
        project_id=tenant.project_id,
        tenant_name=tenant.name,
        state=TenantMaintenance.State.ON,
        role_id="0f3a",
        role_name="reader",
        notes=["The role member of user carol is inherited from domain Default."],
        entered_by=user,
        entered_at=timezone.now() - timedelta(hours=2, minutes=5),
        plan=plan,
    )


def _find(
    plan: Plan, severity: str, type_name: str, resource: str, sentence: str, *, fix: str = ""
) -> None:
    PlanFinding.objects.create(
        plan=plan,
        severity=severity,
        type=type_name,
        resource=resource,
        sentence=sentence,
        fix=fix or "Nothing has to be done.",
    )


def _items(plan: Plan) -> list[PlanItem]:
    names = [(kind, number) for kind, (count, _) in SHAPE.items() for number in range(1, count + 1)]
    return [_item(plan, ordinal, *name) for ordinal, name in enumerate(names)]


def _item(plan: Plan, ordinal: int, kind: str, number: int) -> PlanItem:
    adopted = kind in ("flavor", "image") and number == 1
    losses = [
        {"field": "tags", "value": ["prod"], "reason": "Tags need a newer API than old has."},
        {"field": "locked", "value": True, "reason": "A locked server could not be moved again."},
    ]
    return PlanItem(
        plan=plan,
        ordinal=ordinal,
        type=kind,
        source_id=source_id(kind, number),
        name=f"{kind.replace('_', '-')}-{number}",
        action=PlanItem.Action.ADOPT if adopted else PlanItem.Action.CREATE,
        destination_id=destination_id(kind, number) if adopted else "",
        # what the volume's type itself asks its record for
        fields={"server_ids": []} if kind == "volume" else {},
        losses=losses[: number % 3] if kind == "server" else [],
    )


def destination_id(kind: str, number: int) -> str:
    """Return the id of what it has become on the new one."""
    return f"7bd2{number:04d}-{list(SHAPE).index(kind):04d}-4c0d-8e11-f6e5d4c3b2a1"


def ledger_of(plan: Plan) -> None:
    """Write the ledger of a plan that has been executed."""
    LedgerEntry.objects.bulk_create(_entry(plan, item) for item in plan.items.all())


def _entry(plan: Plan, item: PlanItem) -> LedgerEntry:
    created = item.action == PlanItem.Action.CREATE
    return LedgerEntry(
        source_cloud=plan.source,
        destination_cloud=plan.destination,
        plan=plan,
        type=item.type,
        source_id=item.source_id,
        destination_id=item.destination_id or item.source_id.replace("0f3a", "7bd2"),
        name=item.name,
        origin=LedgerEntry.Origin.CREATED if created else LedgerEntry.Origin.ADOPTED,
        state=LedgerEntry.State.PRESENT,
        stages=["create"],
    )


def server_in(job: Job) -> JobServer:
    """Make the last server of a job one that is held, and return it."""
    step = job.steps.filter(group="server").latest("ordinal")
    title = "Halt server web-9"
    chained = {"chain": "web-9", "opens_chain": True, "held": True, "title": title}
    Step.objects.filter(pk=step.pk).update(state="pending", started_at=None, **chained)
    Job.objects.filter(pk=job.pk).update(chains_at_once=3)
    return JobServer.objects.get(pk=step.pk)


def servers_down_of(plan: Plan, since: datetime) -> None:
    """Make three servers of a plan with a ledger those that run on neither cloud since then."""
    three = plan.ledger_entries.filter(type="server").values("pk")[:3]
    keys = [row["pk"] for row in three]
    plan.ledger_entries.filter(pk__in=keys).update(down_since=since)


def differences_of(plan: Plan) -> None:
    """Store what a verify found: one difference that was expected and one that was not."""
    plan.verified_at = timezone.now() - timedelta(minutes=1)
    plan.save()
    for field, expected, before, after in (
        ("tags", True, '["prod"]', "[]"),
        ("power_state", False, "active", "stopped"),
    ):
        PlanDifference.objects.create(
            plan=plan,
            type="server",
            source_id=source_id("server", 1),
            name="server-1",
            field=field,
            source_value=before,
            destination_value=after,
            expected=expected,
        )


def job_of(plan: Plan, state: JobState, *, user: User | None = None, kind: str = "execute") -> Job:
    """Return a job that moves the plan's tenant, with its 61 steps as they are in that state."""
    now = timezone.now()
    active = state in (JobState.QUEUED, JobState.RUNNING, JobState.HELD)
    job = Job.objects.create(
        kind=kind,
        title=f"Move {plan.tenant_name} from {plan.source} to {plan.destination}",
        subject=plan.subject,
        active_subject=plan.subject if active else None,
        state=state,
        params={"plan": plan.pk},
        created_by=user,
        launched_from="page",
        started_at=now - timedelta(minutes=4, seconds=10),
        finished_at=None if active else now - timedelta(seconds=20),
    )
    Step.objects.bulk_create(steps_of(job))
    stored = [*job.steps.all()]
    Dependency.objects.bulk_create(dependencies_of(stored))
    _log(job, stored)
    if state == JobState.RUNNING:
        _runner(job)
    if state == JobState.HELD:
        job.hold_before, job.held_since = Phase.CUTOVER, now - timedelta(minutes=3)
    if state == JobState.FAILED:
        _fail_server(job)
    job.save()
    return job


def _runner(job: Job) -> None:
    """Make this process the one that runs a job: without any, it counts as interrupted."""
    Runner.objects.create(
        owner=f"runner of {job.pk}",
        host=host_name(),
        process_id=os.getpid(),
        job=job,
        seen_at=timezone.now(),
    )


def _fail_server(job: Job) -> None:
    step = job.steps.filter(group="server").earliest("ordinal")
    step.state, step.attempt = StepState.FAILED, 3
    step.started_at, step.finished_at = job.started_at, job.finished_at
    step.error = "No host of new has room for server server-1: NoValidHost."
    step.fix = "Free 4 cores on the destination, or map the flavor to a smaller one."
    step.request_id = "req-2f1c9a52-6a55-4f0f-8a59-1f4a1d1f0c11"
    step.save()
    job.explanation = f"{step.error} 53 of 61 steps done, 1 failed, 7 not done."
    write_line(job, step.error, level=LogLevel.ERROR)


def _log(job: Job, steps: Iterable[Step]) -> None:
    lines = [
        LogLine(job=job, step=step, message=f"Created {step.title.removeprefix('Create ')}.")
        for step in steps
        if step.state == StepState.DONE
    ]
    LogLine.objects.bulk_create(lines)
    write_line(job, "Waited 4 s: new asked to slow down (429).", level=LogLevel.WARNING)
    write_line(job, "GET /v2.1/servers/detail 200", level=LogLevel.DEBUG)


def write_line(job: Job, message: str, *, level: LogLevel = LogLevel.INFO) -> LogLine:
    """Write a line to a job's log."""
    return LogLine.objects.create(job=job, message=message, level=level)
