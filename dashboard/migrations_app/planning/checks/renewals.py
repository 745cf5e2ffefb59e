"""Which secrets must users renew? Nobody can read those of application credentials and trusts."""

from collections.abc import Iterable, Sequence
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record

_CREDENTIALS, _TRUSTS = "application_credentials", "trusts"


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Name what the tenant's users have delegated in the project, and who renews it."""
    for user_id, name in source.users.items():
        for found in _of_project(source, f"/users/{user_id}/{_CREDENTIALS}", _CREDENTIALS):
            yield _application_credential(found, name, plan)
        for found in _of_project(source, "/OS-TRUST/trusts", _TRUSTS, trustor_user_id=user_id):
            yield _trust(found, name, source, plan)


def _of_project(source: TenantReader, path: str, key: str, **query: Any) -> list[Json]:
    """Return what a user has delegated in the project; nothing where Keystone does not tell it.

    Older ones have no application credentials, and a policy may keep them from administrators.
    """
    try:
        found = source.list("identity", path, key, **query)
    except NeedsOperator:
        return []
    return [each for each in found if each.get("project_id") == source.tenant.id]


def _application_credential(found: Json, user: str, plan: Plan) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"The application credential {found['name']} of user {user} is not migrated: "
        "nobody can read its secret.",
        fix=f"After the move, {user} creates it again on {plan.destination} and puts the new id "
        "and secret where it is used.",
    )


def _trust(found: Json, user: str, source: TenantReader, plan: Plan) -> Finding:
    id_ = found["trustee_user_id"]
    trustee = (source.cloud.find("identity", f"/users/{id_}", "user") or {}).get("name", id_)
    return Finding(
        severity=WARN,
        sentence=f"The trust {found['id']}, by which user {user} lets {trustee} act in the "
        "project, is not migrated.",
        fix=f"After the move, {user} creates it again on {plan.destination}; a service such as "
        "Heat does so when its stack is created there.",
    )
