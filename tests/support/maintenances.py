"""A tenant's maintenance, and the role assignments that it changes."""

from django.utils import timezone

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.assignments import Actor, Assignment
from dashboard.migrations_app.maintenance.read_only_role import Role
from dashboard.migrations_app.maintenance.recording import Access
from dashboard.migrations_app.models import Plan, TenantMaintenance

READER = Role(id="reader", name="reader")

ALICE, GROUP, OPERATOR = "alice", "team", "operator"


def held(actor: str, role: str, *, kind: str = "user", origin: str = "") -> Assignment:
    return Assignment(
        actor=Actor(kind=kind, id=actor),
        actor_name=actor,
        role_id=role,
        role_name=role,
        origin=origin,
        found={kind: {"id": actor}, "role": {"id": role}},
    )


def access_of(*own: Assignment, **more: object) -> Access:
    return Access(own=own, **{"kept": {OPERATOR: set()}, **more})  # type: ignore[arg-type]


def maintenance_of(
    cloud: Cloud, project_id: str, *, state: str = "on", plan: Plan | None = None
) -> TenantMaintenance:
    return TenantMaintenance.objects.create(
        cloud=cloud,
        project_id=project_id,
        tenant_name="demo",
        state=state,
        role_id=READER.id,
        role_name=READER.name,
        entered_at=timezone.now(),
        plan=plan,
    )


def project_of(plan: Plan) -> str:
    return str(plan.ledger_entries.get(type="project").destination_id)
