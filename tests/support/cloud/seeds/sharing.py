"""What the tenant shares with a project that moves by itself."""

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded


def seed(seeded: Seeded) -> None:
    """Share a network with the neighbour of the tenant, by a policy."""
    about: Json = {"object_type": "network", "object_id": seeded.id("net")}
    policy = {**about, "action": "access_as_shared", "target_tenant": seeded.id("neighbour")}
    seeded.make("grant", "network", "/rbac-policies", "rbac_policy", policy)
