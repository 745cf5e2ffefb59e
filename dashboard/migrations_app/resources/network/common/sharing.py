"""With whom an object of Neutron's is shared.

An object's own ``shared`` says whether the account that asks may use it: it is true for a network
that is shared with the operator's project alone. Only the RBAC policies tell with whom.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader

EVERYBODY = "*"
SHARED = "access_as_shared"
POLICIES = "rbac_policies"


@dataclass(frozen=True, kw_only=True)
class Grantable:
    """What policies can be about: its type here, its place in the API, the extension for it.

    ``has_attribute``: the attribute ``shared`` makes and removes the policy for everybody.
    """

    type: str
    collection: str
    singular: str
    extension: str
    has_attribute: bool = False

    @property
    def key(self) -> str:
        """The key of the list in answers."""
        return self.collection.rpartition("/")[2].replace("-", "_")


GRANTABLE: Mapping[str, Grantable] = {
    "network": Grantable(
        type="network",
        collection="networks",
        singular="network",
        extension="rbac-policies",
        has_attribute=True,
    ),
    "qos_policy": Grantable(
        type="qos_policy",
        collection="qos/policies",
        singular="policy",
        extension="qos",
        has_attribute=True,
    ),
    "security_group": Grantable(
        type="security_group",
        collection="security-groups",
        singular="security_group",
        extension="rbac-security-groups",
    ),
    "address_scope": Grantable(
        type="address_scope",
        collection="address-scopes",
        singular="address_scope",
        extension="rbac-address-scope",
        has_attribute=True,
    ),
    "subnetpool": Grantable(
        type="subnet_pool",
        collection="subnetpools",
        singular="subnetpool",
        extension="rbac-subnetpool",
        has_attribute=True,
    ),
    "address_group": Grantable(
        type="address_group",
        collection="address-groups",
        singular="address_group",
        extension="rbac-address-group",
    ),
}
"""By the type that policies tell."""


def with_effective_sharing(
    objects: Iterable[Json], object_type: str, reader: TenantReader
) -> Iterable[Json]:
    """Yield the objects with ``shared`` for everybody's alone; as they are where Neutron has no
    policies, as before Liberty."""
    policies = [
        policy
        for policy in policies_of(reader)
        if (policy["object_type"], policy["action"]) == (object_type, SHARED)
    ]
    open_to_all = {each["object_id"] for each in policies if each["target_tenant"] == EVERYBODY}
    has_policies = "rbac-policies" in reader.extensions
    for fields in objects:
        yield {**fields, "shared": fields["id"] in open_to_all} if has_policies else fields


def policies_of(reader: TenantReader) -> list[Json]:
    """Return all policies of the cloud; none where Neutron has none."""
    if "rbac-policies" not in reader.extensions:
        return []
    return reader.list("network", "/rbac-policies", POLICIES)
