"""What an operator is told once about all servers of a plan."""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.resources.compute.server.base_image import base_image_finding
from dashboard.migrations_app.resources.compute.server.states import RESCUE
from dashboard.migrations_app.resources.reader import TAGS_TOLD_SINCE, TenantReader
from dashboard.migrations_app.resources.records import INFO, WARN, Finding, Record

# an admin's servers have their user data, root device and what goes with them from then on
_USER_DATA_SINCE = "2.3"


def rescue_finding(record: Record) -> Finding | None:
    """Return what happens to a server in rescue mode; None for any other."""
    if record.fields["status"] != RESCUE:
        return None
    return Finding(
        severity=WARN,
        sentence=f"Server {record.name} is in rescue mode: it is taken out of it and stopped. A "
        "rollback rescues it again, with Nova's own choice of image and another password.",
        fix="Wait until whoever rescues it has finished, if its guest must not boot.",
    )


def plan_findings(records: Sequence[Record], source: TenantReader) -> Iterable[Finding]:
    """Return what is to be known about all servers, each once."""
    if finding := base_image_finding(records):
        yield finding
    if records and not source.cloud.supports("compute", TAGS_TOLD_SINCE):
        yield Finding(
            severity=INFO,
            sentence=f"Nova of cloud {source.cloud.name} does not tell the tags of ports and "
            "volumes that guests see in their metadata: they are not migrated.",
        )
    if records and not source.cloud.supports("compute", _USER_DATA_SINCE):
        yield _untold(source.cloud.name)
    if any(record.fields.get("trusted_image_certificates") for record in records):
        yield Finding(
            severity=INFO,
            sentence="Servers name the certificates that they trust by ids of the source's key "
            "manager, and keep these ids.",
            fix="Copy the certificates to the destination's key manager under these ids, if its "
            "Nova verifies the signatures of images.",
        )


def _untold(cloud: str) -> Finding:
    """Return what no server of a Nova without microversions tells."""
    return Finding(
        severity=WARN,
        sentence=f"Nova of cloud {cloud} does not tell the user data of servers, nor whether they "
        "are locked or take volumes with them when they are deleted: the copies have no user data, "
        "are not locked, and leave their volumes.",
        fix="Guests have applied their user data. What is built anew from it needs it again.",
    )
