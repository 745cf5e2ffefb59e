"""With whom an object of Neutron's is shared.

An object's own ``shared`` says whether the account that asks may use it: it is true for a network
that is shared with the operator's project alone. Only the RBAC policies tell with whom.
"""

from collections.abc import Iterable

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader

SHARED_WITH = "shared_with"
NOT_SHARED = "Sharing with chosen projects is not migrated; share it again after the move."
EVERYBODY = "*"


def with_effective_sharing(
    objects: Iterable[Json], object_type: str, reader: TenantReader
) -> Iterable[Json]:
    """Yield the objects with ``shared`` for everybody's, and the ids of chosen projects in
    ``shared_with``; as they are where Neutron has no policies, as before Liberty."""
    if "rbac-policies" not in reader.extensions:
        yield from objects
        return
    targets = _targets(object_type, reader)
    for fields in objects:
        found = targets.get(fields["id"], set())
        chosen = sorted(found - {EVERYBODY, fields["project_id"]})
        yield {**fields, "shared": EVERYBODY in found, SHARED_WITH: chosen}


def _targets(object_type: str, reader: TenantReader) -> dict[str, set[str]]:
    """Return by object the ids of the projects that may use it."""
    targets: dict[str, set[str]] = {}
    for policy in reader.list("network", "/rbac-policies", "rbac_policies"):
        if (policy["object_type"], policy["action"]) == (object_type, "access_as_shared"):
            targets.setdefault(policy["object_id"], set()).add(policy["target_tenant"])
    return targets
