"""Rows of hosts and of plans for them, for tests of pages, API and command line."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.hosts_app.models import Cloud, Host, HostPlan, host_subject
from dashboard.jobs.models import Dependency, Job, Step
from dashboard.jobs.states import JobState, StepState

GIB = 1024


def hosts_of(cloud: Cloud) -> list[Host]:
    """Return four hosts: one working, one in maintenance, one that others have closed, one down."""
    return [
        host_of(
            cloud,
            "compute-1.old.example",
            servers={"ACTIVE": 6, "SHUTOFF": 2, "ERROR": 1},
            power="on",
            evacuation_cost=_cost(2, "Server broken cannot be moved: it is ERROR."),
        ),
        host_of(
            cloud,
            "compute-2.old.example",
            is_enabled=False,
            disabled_reason="pumphouse: maintenance",
            vcpus_used=0,
            ram_used_mib=0,
            power="off",
            evacuation_cost=_cost(1),
        ),
        host_of(
            cloud,
            "compute-3.old.example",
            is_enabled=False,
            disabled_reason="watcher_disabled",
            servers={"ACTIVE": 2},
        ),
        host_of(cloud, "compute-4.old.example", is_up=False, servers={"ACTIVE": 3, "PAUSED": 1}),
    ]


def _cost(rank: int, *obstacles: str) -> dict[str, Any]:
    return {
        "rank": rank,
        "reason": obstacles[0] if obstacles else "has no servers",
        "servers": 9 if obstacles else 0,
        "ram_mib": 100 * GIB,
        "disk_gib": 180,
        "refused": len(obstacles),
        "staying": 0,
        "fits": True,
        "obstacles": obstacles,
        "vcpus_gained": 32,
        "ram_gained_mib": 126 * GIB,
    }


def host_of(cloud: Cloud, name: str, **fields: Any) -> Host:
    """Return a host that was seen, half full."""
    given = {
        "is_up": True,
        "is_enabled": True,
        "vcpus_used": 24,
        "vcpus_total": 64,
        "ram_used_mib": 100 * GIB,
        "ram_total_mib": 189 * GIB,
        "seen_at": timezone.now() - timedelta(minutes=7),
    }
    return Host.objects.create(cloud=cloud, name=name, **{**given, **fields})


def plan_for(host: Host, state: HostPlan.State, *, user: User | None = None) -> HostPlan:
    """Return a plan to evacuate a host, made by a job that has ended unless it is being made."""
    drafting, refused = state == HostPlan.State.DRAFTING, state == HostPlan.State.REFUSED
    plan = HostPlan.objects.create(
        cloud=host.cloud,
        host=host.name,
        action="evacuate",
        options={"parallel": 2, "limit": 1800, "skip_errors": not refused},
        lines=[] if drafting else _lines(),
        refusals=_refusals(host) if refused else [],
        notes=[] if drafting else _notes(),
        content={} if drafting else _content(host),
        state=state,
    )
    plan.plan_job = _job(
        "plan_host",
        f"Plan for {host} of {host.cloud}: evacuate the host",
        subject=f"host_plan:{host.cloud}:{host}",
        state=JobState.RUNNING if drafting else JobState.DONE,
        params={"host_plan": plan.pk},
        user=user,
    )
    plan.save()
    return plan


def evacuation_of(plan: HostPlan, state: JobState, *, user: User | None = None) -> Job:
    """Return the job that evacuates the host, its first server moved and its second in progress."""
    job = _job(
        "evacuate",
        f"Evacuate {plan.host} of {plan.cloud}",
        subject=host_subject(plan.cloud, plan.host),
        state=state,
        params={"cloud": plan.cloud.pk, "host": plan.host, "host_plan": plan.pk},
        user=user,
        steps=[
            ("close_host", f"Close {plan.host}", StepState.DONE),
            ("move_servers", f"Move web-1 off {plan.host}", StepState.DONE),
            ("move_servers", f"Move web-2 off {plan.host}", StepState.RUNNING),
            ("check_empty", f"Check that {plan.host} is empty", StepState.PENDING),
        ],
    )
    plan.job, plan.state = job, HostPlan.State.STARTED
    plan.save()
    return job


def _job(
    kind: str,
    title: str,
    *,
    subject: str,
    state: JobState,
    params: dict[str, Any],
    user: User | None,
    steps: list[tuple[str, str, StepState]] | None = None,
) -> Job:
    active = state in (JobState.QUEUED, JobState.RUNNING)
    job = Job.objects.create(
        kind=kind,
        title=title,
        subject=subject,
        active_subject=subject if active else None,
        state=state,
        params=params,
        created_by=user,
        launched_from="page",
        started_at=timezone.now() - timedelta(minutes=2),
        finished_at=None if active else timezone.now() - timedelta(minutes=1),
    )
    ended = StepState.RUNNING if active else StepState.DONE
    _add_steps(job, steps or [("", title, ended)])
    return job


def _add_steps(job: Job, steps: list[tuple[str, str, StepState]]) -> None:
    """Add a job's steps, each given by its group, its title and its state, in their order."""
    earlier: Step | None = None
    for ordinal, (group, title, state) in enumerate(steps):
        step = Step.objects.create(
            job=job,
            key=str(ordinal),
            ordinal=ordinal,
            action=group or "plan",
            title=title,
            group=group,
            state=state,
            started_at=None if state == StepState.PENDING else job.started_at,
            finished_at=timezone.now() if state == StepState.DONE else None,
        )
        if earlier:
            Dependency.objects.create(step=step, needs=earlier)
        earlier = step


def _lines() -> list[dict[str, Any]]:
    outcomes = [
        ("web-1", "ACTIVE", "live migrate", "it keeps running", "room on compute-3"),
        ("web-2", "ACTIVE", "live migrate", "it keeps running", "4 hosts have room"),
        ("store", "SHUTOFF", "cold migrate and confirm, stays stopped", "it is stopped", ""),
        ("broken", "ERROR", "skip", "it is in ERROR; it stays on the host", ""),
    ]
    names = ("subject", "state", "outcome", "why", "where")
    return [
        {"number": number, **dict(zip(names, each, strict=True))}
        for number, each in enumerate(outcomes, start=1)
    ]


def _refusals(host: Host) -> list[dict[str, str]]:
    return [
        {
            "sentence": f"{host} is the last host that is enabled and up.",
            "fix": "Enable another host, or start its nova-compute, first.",
        },
        {
            "sentence": "Server broken cannot be moved: it is ERROR.",
            "fix": "Fix or delete it, or plan again and leave servers in ERROR where they are.",
        },
    ]


def _notes() -> list[str]:
    return [
        "1 server stays on it: broken.",
        "Afterwards the 2 other hosts have room left for 40 vCPUs and 120 GiB of RAM.",
    ]


def _content(host: Host) -> dict[str, Any]:
    move = {"status": "ACTIVE", "outcome": "live migrate", "why": "", "fix": "", "where": ""}
    lines = [
        {**move, "number": number, "server_id": f"id-{number}", "name": f"web-{number}"}
        for number in (1, 2)
    ]
    return {"host": host.name, "is_closed": False, "lines": lines, "refusals": []}
