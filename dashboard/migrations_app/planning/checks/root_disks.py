"""Is there room for the servers' own disks on the flavors that they get on the destination?

Nova refuses to boot from an image that is larger than the flavor's disk. On a flavor whose disk has
size 0 the disk is as large as the image; from Rocky on it lets only administrators do so.
"""

from collections.abc import Iterable, Sequence

from dashboard.clients.openstack import FIX_OF_LOGIN, Json
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.flavor_sizes import admins_boot_zero_disks
from dashboard.migrations_app.resources.ownership import owners_in
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, WARN, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Find each server with a disk of its own for which Nova would refuse the flavor."""
    there = {flavor["id"]: flavor for flavor in destination.flavors}
    here = {each["id"]: each for each in (*source.flavors, *source.deleted_flavors)}
    owners, zero_refused = owners_in(records), admins_boot_zero_disks(destination.cloud)
    for record in records:
        flavor_id = record.fields.get("flavor_id", "")
        if record.type != "server" or record.fields["root_volume"] or flavor_id not in here:
            continue
        mapped = destination.destination_ids.get(("flavor", flavor_id), "")
        flavor = there.get(mapped, here[flavor_id])
        if flavor["disk"]:
            yield from _too_small(record, flavor, destination)
        elif zero_refused and record.fields["user_id"] in owners:
            yield _without_disk(record, flavor, destination)


def _too_small(record: Record, flavor: Json, destination: TenantReader) -> Iterable[Finding]:
    if flavor["disk"] < record.fields["disk"]:
        yield Finding(
            severity=BLOCK,
            sentence=f"Server {record.name} has a disk of {record.fields['disk']} GiB, flavor "
            f"{flavor['name']} of cloud {destination.cloud.name} one of {flavor['disk']} GiB.",
            fix="Map its flavor to one whose disk is large enough.",
        )


def _without_disk(record: Record, flavor: Json, destination: TenantReader) -> Finding:
    is_tied = bool(destination.cloud.access.fixed_scope)
    consequence = f" The login there has {destination.cloud.access.fixed_scope} and cannot."
    mapping = f"Map flavor:{flavor['name']} to a flavor there whose disk has room for the server's"
    return Finding(
        severity=BLOCK if is_tied else WARN,
        sentence=f"Server {record.name} boots from an image on flavor {flavor['name']}, whose disk "
        f"has size 0: Nova of cloud {destination.cloud.name} lets only administrators do so."
        + (consequence if is_tied else " The operator boots it and becomes its owner."),
        fix=f"{mapping}. {FIX_OF_LOGIN}" if is_tied else f"{mapping}, to have its owner boot it.",
    )
