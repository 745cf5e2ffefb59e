"""Can the limits be read that a service leaves to Keystone?"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record
from dashboard.migrations_app.resources.storage.image_quota import LIMITS


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Name the cloud on which the account may not list a project's limits in Glance."""
    for cloud in (source.cloud, destination.cloud):
        if not LIMITS.can_be_read(cloud):
            yield Finding(
                severity=WARN,
                sentence=f"Glance of cloud {cloud.name} has limits in Keystone, which the account "
                f"may not list: those of {plan.tenant_name} are not migrated.",
                fix="Give it a role on the system (openstack role add --system all --user ADMIN "
                "admin) and plan again, or set the limits by hand.",
            )
