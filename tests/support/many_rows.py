"""Rows of an installation that has moved tenants for years: for the size and the speed of pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from dashboard.audit.models import Act
from dashboard.campaigns.models import Campaign, CampaignTenant, Wave
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.log_index import index_log
from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    PlanFinding,
    PlanItem,
    Tenant,
    subject_of,
)
from tests.support import rows
from tests.support.host_rows import hosts_of
from tests.support.many_servers import BATCH, insert, moved_plan, pages_of

STEPS = 5
ITEMS = 40
RARE = 100
"""How many lines of the log are errors, however long it is: a page shows as much of each log."""
RUNNING = 10
"""How many jobs run: as many as a few workers run, however many have ended."""
FAILED = 50
"""How many jobs have failed at least: as many as a page shows, also of a small installation."""
STATES = (JobState.DONE, JobState.DONE, JobState.DONE, JobState.FAILED)
PLAN_STATES = (Plan.State.BLOCKED, Plan.State.READY, Plan.State.EXECUTED, Plan.State.BLOCKED)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many rows there are of each kind; the lines are all in one job's log.

    ``servers`` have been moved, ``plan_servers`` are in one plan and its job. A campaign has up
    to 1,000 tenants, and there are as many acts as jobs.
    """

    jobs: int
    plans: int
    tenants: int
    lines: int
    running: int = RUNNING
    servers: int = 0
    plan_servers: int = 0


@transaction.atomic
def fill(sizes: Sizes) -> dict[str, str]:
    """Make the rows, and return the address of each page that shows them."""
    old, new = rows.two_clouds()
    tenants = _tenants(old, sizes.tenants)
    plans = _plans(tenants, new, sizes.plans)
    _jobs(plans, sizes.jobs, sizes.running)
    _servers(plans, sizes.servers)
    moved = moved_plan(old, new, sizes.plan_servers)
    campaign = _campaign(old, new, tenants[:1000])
    _acts(sizes.jobs)
    job = _job_with_log(plans[-1], sizes.lines)
    host = hosts_of(old)[0]
    return {
        "home": "/",
        "strip": "/jobs/strip/",
        "jobs": "/jobs/",
        "failed jobs": "/jobs/?state=failed",
        "job": job.get_absolute_url(),
        "log": f"/jobs/{job.pk}/log/",
        "errors in a log": f"/jobs/{job.pk}/log/?level={LogLevel.ERROR}",
        "rare word in a log": f"/jobs/{job.pk}/log/?q=volume-77",
        "common word in a log": f"/jobs/{job.pk}/log/?q=copied",
        "tenants": "/tenants/",
        "tenant": tenants[-1].get_absolute_url(),
        "clouds": "/clouds/",
        "cloud": old.get_absolute_url(),
        "all hosts": "/hosts/",
        "hosts": f"/clouds/{old.name}/hosts/",
        "host": host.get_absolute_url(),
        "plans": "/plans/",
        "plans that need you": "/plans/?state=waiting",
        "plan": plans[-1].get_absolute_url(),
        **pages_of(*moved),
        "campaigns": "/campaigns/",
        "campaign": campaign.get_absolute_url(),
        "report of a campaign": f"{campaign.get_absolute_url()}report/",
        "who did what": "/acts/",
    }


def _tenants(cloud: Cloud, number: int) -> list[Tenant]:
    made = [
        Tenant(
            cloud=cloud,
            project_id=f"{index:032x}",
            name=f"tenant-{index:05}",
            domain_name="Default",
            seen_at=timezone.now(),
        )
        for index in range(number)
    ]
    insert(Tenant, made)
    return made


def _plans(tenants: list[Tenant], destination: Cloud, number: int) -> list[Plan]:
    made = [
        Plan(
            source=tenants[index % len(tenants)].cloud,
            destination=destination,
            tenant_id=tenants[index % len(tenants)].project_id,
            tenant_name=tenants[index % len(tenants)].name,
            state=PLAN_STATES[index % len(PLAN_STATES)],
        )
        for index in range(number)
    ]
    insert(Plan, made)
    plans = list(Plan.objects.order_by("pk").select_related("source", "destination"))
    blocked = [plan for plan in plans if plan.state == Plan.State.BLOCKED]
    insert(PlanFinding, [_block(plan) for plan in blocked])
    insert(PlanItem, [_item(plans[-1], ordinal) for ordinal in range(ITEMS)])
    return plans


def _block(plan: Plan) -> PlanFinding:
    return PlanFinding(
        plan=plan,
        severity=PlanFinding.Severity.BLOCK,
        type="server",
        sentence=f"{plan.tenant_name} needs 16 cores on {plan.destination} and may use 10.",
        fix="Raise the quota.",
    )


def _item(plan: Plan, ordinal: int) -> PlanItem:
    return PlanItem(
        plan=plan,
        ordinal=ordinal,
        type="network",
        source_id=rows.source_id("network", ordinal),
        name=f"network-{ordinal}",
        left_out_by="ann" if ordinal % 2 else "",
    )


def _servers(plans: list[Plan], number: int) -> None:
    """Store the ledger of servers that have been moved, by all plans in turns."""
    made = (
        LedgerEntry(
            source_cloud=plans[0].source,
            destination_cloud=plans[0].destination,
            plan=plans[index % len(plans)],
            type="server",
            source_id=f"{index:032x}",
            destination_id=f"{index:031x}a",
            name=f"server-{index}",
            state=LedgerEntry.State.PRESENT,
        )
        for index in range(number)
    )
    insert(LedgerEntry, made)


def _campaign(old: Cloud, new: Cloud, tenants: list[Tenant]) -> Campaign:
    """Return a campaign of tenants, of which one half waits."""
    campaign = Campaign.objects.create(name="drain", source=old, destination=new)
    wave = Wave.objects.create(campaign=campaign, ordinal=1, name="all of them")
    made = (
        CampaignTenant(
            campaign=campaign,
            wave=wave,
            ordinal=ordinal,
            project_id=tenant.project_id,
            name=tenant.name,
            state=CampaignTenant.State.MOVED if ordinal % 2 else CampaignTenant.State.WAITING,
        )
        for ordinal, tenant in enumerate(tenants)
    )
    insert(CampaignTenant, made)
    return campaign


def _acts(number: int) -> None:
    made = (
        Act(
            who=("ann", "bob")[index % 2],
            origin=Act.Origin.PAGE,
            address="192.0.2.7",
            verb="plan-execute",
            target=f"plan {index}",
            options={"hold_before": "cutover"},
            result=Act.Result.DONE,
        )
        for index in range(number)
    )
    insert(Act, made)


def _jobs(plans: list[Plan], number: int, at_once: int) -> None:
    ended = [_job(plans[index % len(plans)], index) for index in range(number - at_once)]
    running = [_job(plan, index, runs=True) for index, plan in enumerate(plans[:at_once])]
    made = [*ended, *running]
    latest = {job.subject: job for job in made}
    for job in made:  # as saving them one by one would do
        job.replaced_by = None if latest[job.subject] is job else number
    insert(Job, made)
    ids = Job.objects.values_list("pk", "state")
    insert(Step, [step for job, state in ids for step in _steps(job, state)])


def _job(plan: Plan, index: int, *, runs: bool = False) -> Job:
    ended = JobState.FAILED if index < FAILED else STATES[index % len(STATES)]
    state = JobState.RUNNING if runs else ended
    now = timezone.now()
    return Job(
        kind="execute",
        title=f"Move {plan.tenant_name} from {plan.source} to {plan.destination}",
        subject=plan.subject,
        active_subject=plan.subject if runs else None,
        state=state,
        params={"plan": plan.pk},
        explanation="No valid host was found." if state == JobState.FAILED else "",
        started_at=now - timedelta(hours=2),
        finished_at=None if runs else now - timedelta(minutes=index),
    )


def _steps(job: int, state: str) -> Iterable[Step]:
    for ordinal in range(STEPS):
        yield Step(
            job_id=job,
            key=f"network:{ordinal}",
            ordinal=ordinal,
            action="create",
            title=f"Create network network-{ordinal}",
            state=StepState.FAILED if state == JobState.FAILED and not ordinal else StepState.DONE,
        )


def _job_with_log(plan: Plan, lines: int) -> Job:
    job = Job.objects.create(
        kind="execute",
        title="The job with the long log",
        subject=subject_of("of-the-log"),
        state=JobState.DONE,
        params={"plan": plan.pk},
        started_at=timezone.now() - timedelta(hours=8),
        finished_at=timezone.now() - timedelta(hours=1),
    )
    _insert_lines(job, lines)
    index_log(most=lines, until=timezone.now())
    return job


def _insert_lines(job: Job, number: int) -> None:
    """Insert lines past the models, for which a million would take a minute."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    statement = (
        "INSERT INTO jobs_logline (job_id, level, message, created_at) VALUES (%s, %s, %s, %s)"
    )
    made = ((job.pk, *_line(index, number), now) for index in range(number))
    with connection.cursor() as cursor:
        while batch := list(islice(made, BATCH)):
            cursor.executemany(statement, batch)


def _line(number: int, total: int) -> tuple[int, str]:
    """Return the level and the text; a hundred lines are errors of a rare volume."""
    if number % (total // RARE or 1) == 0:
        return LogLevel.ERROR, f"Volume volume-77 is in error, says request {number:08x}."
    return (
        LogLevel.INFO,
        f"Copied {number} MiB of volume volume-{number % 70}, request {number:08x}.",
    )
