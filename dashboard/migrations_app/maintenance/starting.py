"""Starts to put a tenant into maintenance, or to take it out. Asks no cloud."""

from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from dashboard.clients.openstack import CloudSession
from dashboard.errors import WrongState
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.maintenance import entering, leaving
from dashboard.migrations_app.maintenance.frozen_quotas import freeze_quotas
from dashboard.migrations_app.maintenance.locks import open_maintenance, subject_in
from dashboard.migrations_app.maintenance.old_tokens import await_old_tokens
from dashboard.migrations_app.maintenance.server_locks import lock_servers
from dashboard.migrations_app.models import Plan, Tenant, TenantMaintenance

KIND = "tenant_maintenance"
ENTER, LEAVE = "enter", "leave"
Stage = Callable[[TenantMaintenance, CloudSession, StepContext], None]

STAGES: Mapping[str, tuple[str, Stage]] = {
    "choose_role": ("Find a read-only role", entering.choose_role),
    "record_access": ("Record who has which role", entering.record_access),
    "replace_roles": ("Replace the roles", entering.replace_roles),
    "await_old_tokens": ("Wait until older tokens have lost their roles", await_old_tokens),
    "lock_servers": ("Lock the servers", lock_servers),
    "freeze_quotas": ("Freeze the quotas at what is in use", freeze_quotas),
    "finish_entering": ("Store that the tenant is in maintenance", entering.finish_entering),
    "detect_drift": ("Detect what others have changed", leaving.detect_drift),
    "undo_hardening": ("Unlock servers and restore quotas", leaving.undo_hardening),
    "restore_roles": ("Restore the roles", leaving.restore_roles),
    "finish_leaving": ("Store that the tenant left maintenance", leaving.finish_leaving),
}
"""All stages in order, by the names of their steps."""

LEAVING = ("detect_drift", "undo_hardening", "restore_roles", "finish_leaving")
HARDENING = ("lock_servers", "freeze_quotas")
"""Options beyond revoking roles, each with a stage of the same name."""


def start_entering(
    tenant: Tenant,
    *,
    keep: Sequence[str] = (),
    hardening: Sequence[str] = (),
    role: str = "",
    requester: Requester = NOBODY,
) -> Job:
    """Start to put a tenant into maintenance.

    ``keep`` are users, by name or id, who keep access; ``hardening`` are options of ``HARDENING``;
    ``role`` is the read-only role, found if not given. Raises ``WrongState`` if the tenant is
    already in maintenance, ``Conflict`` while it has another job.
    """
    options = {"keep": list(keep), "hardening": list(hardening), "role": role}
    with transaction.atomic():
        maintenance = new_maintenance(
            tenant.cloud, tenant.project_id, tenant.name, options=options, user=requester.user
        )
        return _start(maintenance, to=ENTER, requester=requester)


def start_leaving(maintenance: TenantMaintenance, *, requester: Requester = NOBODY) -> Job:
    """Start to take a tenant out of maintenance, even if it was never fully in it.

    Raises ``WrongState`` if it has already left, ``Conflict`` while it has another job.
    """
    if not maintenance.is_open:
        raise not_in_maintenance(maintenance.cloud, maintenance.tenant_name)
    with transaction.atomic():
        job = _start(maintenance, to=LEAVE, requester=requester)
        maintenance.state = TenantMaintenance.State.LEAVING
        maintenance.save(update_fields=["state"])
    return job


def new_maintenance(
    cloud: Cloud,
    project_id: str,
    name: str,
    *,
    options: Mapping[str, object],
    user: User | None,
    plan: Plan | None = None,
) -> TenantMaintenance:
    """Store that a tenant will enter maintenance. Raises ``WrongState`` if it is already in it."""
    if held := open_maintenance(cloud, project_id):
        raise already_entered(held)
    return TenantMaintenance.objects.create(
        cloud=cloud,
        project_id=project_id,
        tenant_name=name,
        options=dict(options),
        entered_by=user,
        plan=plan,
    )


def already_entered(held: TenantMaintenance) -> WrongState:
    """Return the error for a tenant that is to enter maintenance and is in it."""
    state = held.get_state_display().lower()
    return WrongState(
        f"{held.tenant_name} of {held.cloud} cannot enter maintenance: {state}.",
        fix="Take it out of maintenance first.",
    )


def not_in_maintenance(cloud: Cloud, name: str) -> WrongState:
    """Return the error for a tenant that is to leave maintenance and is in none."""
    return WrongState(f"{name} of {cloud} is not in maintenance.", fix="It has nothing to leave.")


def required_maintenance(cloud: Cloud, project_id: str, name: str) -> TenantMaintenance:
    """Return the maintenance that a tenant is in. Raises ``WrongState`` if it is in none."""
    maintenance = open_maintenance(cloud, project_id)
    if maintenance is None:
        raise not_in_maintenance(cloud, name)
    return maintenance


def _start(maintenance: TenantMaintenance, *, to: str, requester: Requester) -> Job:
    titles = {ENTER: "Put {} of {} into maintenance", LEAVE: "Take {} of {} out of maintenance"}
    return start_job(
        kind=KIND,
        title=titles[to].format(maintenance.tenant_name, maintenance.cloud),
        subject=subject_in(maintenance.cloud, maintenance.project_id),
        steps=_steps(stages_of(maintenance, to=to)),
        params={"maintenance": maintenance.pk, "to": to},
        requester=requester,
    )


def stages_of(maintenance: TenantMaintenance, *, to: str) -> list[str]:
    """Return the names of the stages for entering or leaving."""
    if to == LEAVE:
        return [*LEAVING]
    unwanted = {*LEAVING, *HARDENING} - {*maintenance.options.get("hardening", ())}
    return [name for name in STAGES if name not in unwanted]


def _steps(names: Sequence[str]) -> list[StepSpec]:
    return [
        StepSpec(key=name, action=name, title=STAGES[name][0], group="project", needs=[*before])
        for name, before in zip(names, [[], *([name] for name in names)], strict=False)
    ]


def perform(maintenance: TenantMaintenance, name: str, context: StepContext) -> None:
    """Do one stage."""
    STAGES[name][1](maintenance, connect(maintenance.cloud), context)


def perform_all(maintenance: TenantMaintenance, *, to: str, context: StepContext) -> None:
    """Do all stages of entering or leaving within one step of a migration's job."""
    for name in stages_of(maintenance, to=to):
        context.check()
        perform(maintenance, name, context)
