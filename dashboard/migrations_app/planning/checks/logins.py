"""Can the operator act in the tenant's project, where an owner cannot be impersonated?"""

from collections.abc import Iterable, Sequence

from dashboard.clients.openstack import FIX_OF_LOGIN
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.ownership import owners_in
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record

_OWNED = ("server", "volume")


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan that needs the operator in its project, with a login tied to another scope."""
    fixed = destination.cloud.access.fixed_scope
    if not fixed:
        return
    owners = owners_in(records)
    for record in records:
        if record.type in _OWNED and record.fields["user_id"] not in owners:
            yield Finding(
                severity=BLOCK,
                sentence=f"The operator has to create {record.type} {record.title}, "
                f"and the login of cloud {plan.destination} has {fixed}: it can act in no other "
                "project.",
                fix=FIX_OF_LOGIN,
            )
