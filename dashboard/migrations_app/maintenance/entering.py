"""Puts a tenant into maintenance, in steps that can each be repeated after a crash."""

from collections.abc import Sequence

from django.template.defaultfilters import pluralize
from django.utils import timezone

from dashboard.clients.openstack import CloudSession
from dashboard.clients.temporary_account import is_temporary
from dashboard.errors import NeedsOperator
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import LogLevel
from dashboard.migrations_app.maintenance.assignments import (
    Assignment,
    domain_assignments,
    grant,
    groups_of,
    inherited_assignments,
    own_assignments,
    revoke,
)
from dashboard.migrations_app.maintenance.read_only_role import (
    Role,
    find_read_only_role,
    open_beside,
)
from dashboard.migrations_app.maintenance.recording import (
    Access,
    Kind,
    assignment_of,
    notes_about,
    role_changes,
    role_rows,
    unchanged,
    write_ahead,
)
from dashboard.migrations_app.maintenance.write_attempts import write_attempts
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

State = MaintenanceChange.State
SERVICE_PROJECTS = frozenset({"service", "services"})
ROUNDS = 3


def choose_role(maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext) -> None:
    """Find the read-only role that will replace all others, or refuse maintenance.

    Changes nothing about the tenant. Once roles are recorded, the choice is final.
    """
    _require_tenant(maintenance, cloud)
    if not maintenance.changes.exists():
        role = find_read_only_role(
            cloud,
            maintenance.project_id,
            wanted=maintenance.options.get("role", ""),
            log=context.log,
        )
        maintenance.role_id, maintenance.role_name = role.id, role.name
    maintenance.state = TenantMaintenance.State.ENTERING
    maintenance.save(update_fields=["role_id", "role_name", "state"])


def _require_tenant(maintenance: TenantMaintenance, cloud: CloudSession) -> None:
    """Raise ``NeedsOperator`` for projects that the cloud or Pumphouse cannot do without."""
    others = TenantMaintenance.objects.filter(
        cloud=maintenance.cloud,
        project_id=maintenance.project_id,
        state__in=TenantMaintenance.OPEN,
    )
    if others.exclude(pk=maintenance.pk).exists():
        raise NeedsOperator(f"{maintenance.tenant_name} is already in maintenance.")
    if maintenance.project_id == cloud.project_id:
        raise NeedsOperator(
            f"Pumphouse's own account works in {maintenance.tenant_name} of {cloud.name}.",
            fix="Give the account a project of its own first.",
        )
    if maintenance.tenant_name in SERVICE_PROJECTS:
        raise NeedsOperator(
            f"{maintenance.tenant_name} is the project of the cloud's own services, which would "
            "stop working without their roles.",
        )


def record_access(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Record who has which role before changing any, and note which access remains."""
    inherited = inherited_assignments(cloud, maintenance.project_id)
    maintenance.options["open_beside"] = _open_beside(maintenance, cloud, inherited)
    access = read_access(maintenance, cloud)
    domain = domain_assignments(cloud, maintenance.project_id)
    maintenance.notes = notes_about(access, domain, tenant=maintenance.tenant_name)
    maintenance.save(update_fields=["options", "notes"])
    changes = role_changes(access, _role(maintenance))
    if not maintenance.changes.exists():
        changes += unchanged(access, changes)
    write_ahead(maintenance, changes)
    for note in maintenance.notes:
        context.log(note, level=LogLevel.WARNING)
    count = sum(kind == Kind.REVOKE_ROLE for kind, _ in changes)
    context.log(f"Recorded {count} role{pluralize(count)} to revoke.")


def _open_beside(
    maintenance: TenantMaintenance, cloud: CloudSession, inherited: Sequence[Assignment]
) -> list[str] | None:
    """Try where holders of inherited roles could write despite the read-only role.

    Returns None where that role makes no difference. The role admin is not tried.
    """
    others = {each.role_id for each in inherited if each.role_name != "admin"}
    if not others:
        return None
    found = open_beside(cloud, maintenance.project_id, _role(maintenance), others)
    tried = {attempt.service for attempt in write_attempts(cloud, maintenance.project_id)}
    return None if tried == set(found) else list(found)


def read_access(maintenance: TenantMaintenance, cloud: CloudSession) -> Access:
    """Return who has access now, and who is to keep it."""
    project_id = maintenance.project_id
    own = own_assignments(cloud, project_id)
    kept = {cloud.user_id, *_user_ids(cloud, maintenance.options.get("keep", ()))}
    return Access(
        own=[each for each in own if not is_temporary(each.actor_name, project_id)],
        inherited=inherited_assignments(cloud, project_id),
        kept={user_id: groups_of(cloud, user_id) for user_id in kept},
        open_beside=maintenance.options.get("open_beside"),
    )


def _user_ids(cloud: CloudSession, names: Sequence[str]) -> list[str]:
    """Return the ids of users given by name or id. Raises ``NeedsOperator`` for unknown ones."""
    return [_user_id(cloud, name) for name in names]


def _user_id(cloud: CloudSession, name: str) -> str:
    if by_id := cloud.find("identity", f"/users/{name}", "user"):
        return str(by_id["id"])
    found = [user["id"] for user in cloud.list("identity", "/users", "users", name=name)]
    if len(found) != 1:
        raise NeedsOperator(
            f"Cloud {cloud.name} has {len(found) or 'no'} {'users' if found else 'user'} named "
            f"{name!r}, who is to keep access.",
            fix="Enter maintenance again, with the user's id.",
        )
    return str(found[0])


def replace_roles(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Grant the read-only role and revoke all others, until none is left.

    A role that somebody grants meanwhile is recorded and revoked like the others.
    """
    for _ in range(ROUNDS):
        write_ahead(maintenance, _due(maintenance, cloud))
        _replace(maintenance, cloud, context)
        if not _due(maintenance, cloud):
            break
    else:
        raise NeedsOperator(
            f"Roles in {maintenance.tenant_name} are granted as fast as they are revoked.",
            fix="Find out who or which script grants them, then retry.",
        )
    role_rows(maintenance).filter(state=State.INTENDED).update(state=State.DONE)


def _due(maintenance: TenantMaintenance, cloud: CloudSession) -> list[tuple[Kind, Assignment]]:
    """Return the changes that the present roles still need."""
    return role_changes(read_access(maintenance, cloud), _role(maintenance))


def _replace(maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext) -> None:
    """Grant everything before anything is revoked, so that nobody is ever without a role."""
    for kind, change in ((Kind.GRANT_ROLE, grant), (Kind.REVOKE_ROLE, revoke)):
        for row in role_rows(maintenance).filter(kind=kind):
            context.check()
            assignment = assignment_of(row)
            change(cloud, maintenance.project_id, assignment.actor, assignment.role_id)
            verb = "Granted" if kind == Kind.GRANT_ROLE else "Revoked"
            context.log(f"{verb} {assignment}.")


def finish_entering(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Store that the tenant is in maintenance."""
    maintenance.state = TenantMaintenance.State.ON
    maintenance.entered_at = timezone.now()
    maintenance.save(update_fields=["state", "entered_at"])
    context.log(
        f"{maintenance.tenant_name} of {cloud.name} is in maintenance.", level=LogLevel.SUCCESS
    )


def _role(maintenance: TenantMaintenance) -> Role:
    return Role(id=maintenance.role_id, name=maintenance.role_name)
