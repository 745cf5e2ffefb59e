"""Takes a tenant out of maintenance: what was recorded is restored, nothing else is changed."""

from collections.abc import Iterable

from django.utils import timezone

from dashboard.clients.openstack import CloudSession
from dashboard.clients.temporary_account import is_temporary, remove_temporary_account
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel
from dashboard.migrations_app.maintenance.assignments import (
    Actor,
    Assignment,
    grant,
    own_assignments,
    revoke,
)
from dashboard.migrations_app.maintenance.frozen_quotas import unfreeze_quotas
from dashboard.migrations_app.maintenance.recording import Kind, assignment_of, role_rows
from dashboard.migrations_app.maintenance.server_locks import unlock_servers
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

State = MaintenanceChange.State
PENDING = (State.INTENDED, State.DONE)


def detect_drift(maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext) -> None:
    """Note what others have changed about the roles meanwhile; all of that stays."""
    if cloud.find("identity", f"/projects/{maintenance.project_id}") is None:
        close(maintenance, f"{maintenance.tenant_name} no longer exists on {cloud.name}.")
        return
    remove_temporary_account(cloud, maintenance.project_id)
    now = _own(maintenance, cloud)
    maintenance.drift = [*_added(maintenance, now), *_removed(maintenance, now)]
    maintenance.state = TenantMaintenance.State.LEAVING
    maintenance.save(update_fields=["drift", "state"])
    for sentence in maintenance.drift:
        context.log(sentence, level=LogLevel.WARNING)


def close(maintenance: TenantMaintenance, why: str) -> None:
    """Store that maintenance has ended because its tenant no longer exists."""
    maintenance.changes.filter(state__in=PENDING).update(state=State.GONE)
    maintenance.drift = [*maintenance.drift, why]
    maintenance.state, maintenance.left_at = TenantMaintenance.State.LEFT, timezone.now()
    maintenance.save(update_fields=["drift", "state", "left_at"])


def _own(maintenance: TenantMaintenance, cloud: CloudSession) -> list[Assignment]:
    own = own_assignments(cloud, maintenance.project_id)
    return [each for each in own if not is_temporary(each.actor_name, maintenance.project_id)]


def _added(maintenance: TenantMaintenance, now: Iterable[Assignment]) -> list[str]:
    known = {assignment_of(row).key for row in role_rows(maintenance)}
    new = [each for each in now if each.key not in known]
    return [f"The role {each} was granted meanwhile; it stays." for each in new]


def _removed(maintenance: TenantMaintenance, now: Iterable[Assignment]) -> list[str]:
    """Return whose access was removed meanwhile, and mark their roles as not to be restored.

    Where somebody revoked even the read-only role, its holder is meant to have none.
    """
    held = {each.key for each in now}
    sentences = []
    for row in role_rows(maintenance).filter(kind=Kind.GRANT_ROLE, state=State.DONE):
        given = assignment_of(row)
        if given.key in held or not (kept := _keep_out(maintenance, given, held)):
            continue
        MaintenanceChange.objects.filter(pk=row.pk).update(state=State.GONE)
        sentences.append(
            f"The role {given} was revoked meanwhile, so {given.actor_name} does not get back "
            f"{', '.join(kept)}."
        )
    return sentences


def _keep_out(
    maintenance: TenantMaintenance, given: Assignment, held: set[tuple[Actor, str]]
) -> list[str]:
    """Mark the actor's roles that are missing as not to be restored, and return their names."""
    names = []
    for row in role_rows(maintenance).filter(kind=Kind.REVOKE_ROLE, state=State.DONE):
        taken = assignment_of(row)
        if taken.actor == given.actor and taken.key not in held:
            MaintenanceChange.objects.filter(pk=row.pk).update(state=State.KEPT)
            names.append(taken.role_name)
    return names


def undo_hardening(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Unlock the servers and restore the quotas."""
    unlock_servers(maintenance, cloud, context)
    unfreeze_quotas(maintenance, cloud, context)


def restore_roles(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Restore what was revoked, then revoke what was granted.

    In this order a crash in between leaves nobody without a role, which would look as if somebody
    else had removed their access.
    """
    pending = role_rows(maintenance).filter(state__in=PENDING)
    for kind, change in ((Kind.REVOKE_ROLE, grant), (Kind.GRANT_ROLE, revoke)):
        for row in pending.filter(kind=kind):
            context.check()
            each = assignment_of(row)
            change(cloud, maintenance.project_id, each.actor, each.role_id)
            verb = "Restored" if kind == Kind.REVOKE_ROLE else "Revoked"
            context.log(f"{verb} {each}.")
    _record_restored(maintenance, cloud, context)


def _record_restored(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Store what was restored; where that failed, actor or role have been deleted."""
    held = {each.key for each in _own(maintenance, cloud)}
    pending = role_rows(maintenance).filter(state__in=PENDING)
    for row in pending.exclude(kind=Kind.KEEP_ROLE):
        each = assignment_of(row)
        is_gone = row.kind == Kind.REVOKE_ROLE and each.key not in held
        row.state = State.GONE if is_gone else State.UNDONE
        row.save(update_fields=["state"])
        if is_gone:
            context.log(
                f"The role {each} cannot be restored: the role or its holder was deleted.",
                level=LogLevel.WARNING,
            )


def finish_leaving(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Store that the tenant has left maintenance."""
    maintenance.state, maintenance.left_at = TenantMaintenance.State.LEFT, timezone.now()
    maintenance.save(update_fields=["state", "left_at"])
    context.log(
        f"{maintenance.tenant_name} of {cloud.name} has left maintenance.", level=LogLevel.SUCCESS
    )
