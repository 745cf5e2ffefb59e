"""The fields with which clouds in memory answer."""

from functools import cache

from dashboard.migrations_app.resources.reader import TenantReader, TenantRef
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_types
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.seeds import NAME, furnish, seed_tenant
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected


@cache
def seeded_records(release: str) -> dict[str, list[Record]]:
    """Return all that types discover of the seeded tenant on a cloud of a release."""
    cloud = MemoryCloud("old", release=release)
    with connected(cloud):
        furnish(cloud, first_address=10)
        tenant = TenantRef(seed_tenant(cloud).project_id, NAME)
        reader = TenantReader(operator_of(cloud), tenant)
        return {name: [*type_.discover(reader)] for name, type_ in resource_types().items()}


def seeded_fields(release: str) -> dict[str, set[str]]:
    """Return the names of the fields of those objects, by type."""
    return {
        name: {field for record in records for field in record.fields}
        for name, records in seeded_records(release).items()
    }
