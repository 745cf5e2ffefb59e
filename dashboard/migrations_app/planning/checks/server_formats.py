"""Will Nova accept the servers' names and metadata, with the marker in it?"""

import re
from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.checks.quotas import limits_of, total_of
from dashboard.migrations_app.resources.quota_api import UNLIMITED
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record

# the API of 2015 (v2.0) took any key, and spaces around names
_key = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan for each server whose name or metadata Nova would refuse after the halt."""
    servers = [record for record in records if record.type == "server"]
    if not servers:
        return
    limits = limits_of(plan, destination, "compute", records)
    limit = total_of(limits.get("metadata_items", UNLIMITED))
    for server in servers:
        if server.name != server.name.strip() or not server.name.isprintable():
            yield _misnamed(plan, server)
        metadata = server.fields["metadata"]
        if UNLIMITED != limit <= len(metadata):
            yield _too_many(plan, server, len(metadata), limit)
        yield from (_refused(plan, server, key) for key in metadata if not _key.fullmatch(key))


def _misnamed(plan: Plan, server: Record) -> Finding:
    return Finding(
        severity=BLOCK,
        sentence=f"Server {server.id} is named {server.name!r}, which Nova of cloud "
        f"{plan.destination} does not accept: spaces around it, or characters that do not print.",
        fix="Rename it (openstack server set --name), then plan again.",
    )


def _too_many(plan: Plan, server: Record, count: int, limit: int) -> Finding:
    return Finding(
        severity=BLOCK,
        sentence=f"Server {server.name} has {count} items of metadata; cloud {plan.destination} "
        f"takes {limit}, of which one marks the copy.",
        fix="Remove some, or raise the quota metadata-items there; then plan again.",
    )


def _refused(plan: Plan, server: Record, key: str) -> Finding:
    return Finding(
        severity=BLOCK,
        sentence=f"Server {server.name} has metadata named {key!r}, which Nova of cloud "
        f"{plan.destination} does not accept.",
        fix="Rename it with letters, digits, spaces and - _ : . only, then plan again.",
    )
