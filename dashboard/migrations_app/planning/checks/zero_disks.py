"""Will Nova let the owner boot from an image on a flavor whose disk has no size?

From Rocky on it lets only administrators do so (os_compute_api:servers:create:zero_disk_flavor),
because such a disk is as large as the image. Servers whose owner the operator stands in for boot.
"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.ownership import owners_in
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record

# the newest microversion of Queens is 2.60
_ROCKY = "2.61"


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan for each server that its owner may not boot, with the mapping that helps."""
    if not destination.cloud.supports("compute", _ROCKY):
        return
    owners, without = owners_in(records), _without_disk(source, destination)
    for record in records:
        flavor = without.get(record.fields.get("flavor_id", "")) if _has_disk(record) else None
        if flavor and record.fields["user_id"] in owners:
            yield Finding(
                severity=BLOCK,
                sentence=f"Server {record.name} boots from an image on flavor {flavor}, whose disk "
                f"has size 0: Nova of cloud {plan.destination} lets only administrators do so.",
                fix=f"Map flavor:{flavor} to a flavor there whose disk has room for the server's.",
            )


def _has_disk(record: Record) -> bool:
    """Return whether a record is a server with a disk of its own."""
    return record.type == "server" and not record.fields["root_volume"]


def _without_disk(source: TenantReader, destination: TenantReader) -> dict[str, str]:
    """Return the names of the source's flavors that have no disk on the destination, by id."""
    there = {flavor["id"]: flavor for flavor in destination.flavors}
    found = {}
    for flavor in source.flavors:
        id_ = destination.destination_ids.get(("flavor", flavor["id"]), "")
        if not there.get(id_, flavor)["disk"]:
            found[flavor["id"]] = flavor["name"]
    return found
