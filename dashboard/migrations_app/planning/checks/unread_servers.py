"""Is there a server that Nova did not list?

Nova leaves out the servers of a cell that does not answer, without a word. What they use still says
so: their ports in Neutron and their attachments in Cinder. Such a port would be taken for one that
nothing uses, and finalizing would delete it under the running server.
"""

from collections.abc import Iterable, Sequence

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record


def check(
    plan: Plan, records: Sequence[Record], source: TenantReader, destination: TenantReader
) -> Iterable[Finding]:
    """Block a plan for each server that uses the tenant's ports or volumes and was not read."""
    known = {server["id"] for server in source.servers}
    users = {user for user in _users(source) if user[0] not in known}
    for server_id, used in sorted(users):
        yield Finding(
            severity=BLOCK,
            sentence=f"{used} belongs to server {server_id}, which Nova of {plan.source} does not "
            f"list among the servers of {plan.tenant_name}.",
            fix="Bring its cell back if one is down (openstack compute service list), detach it "
            "from the server if that is another tenant's, or remove what a deleted server has "
            "left; then plan again.",
        )


def _users(reader: TenantReader) -> Iterable[tuple[str, str]]:
    """Yield the ids of servers with what they use."""
    for port in reader.ports:
        if port["device_owner"].startswith("compute:") and port["device_id"]:
            yield port["device_id"], f"Port {port['name'] or port['id']}"
    for volume in reader.volumes:
        for attachment in volume["attachments"]:
            if attachment["server_id"]:
                yield attachment["server_id"], f"Volume {volume['name'] or volume['id']}"
