"""Who uses a network that is of everybody, as grants: each of these tenants has one."""

from collections.abc import Iterable, Sequence

from dashboard.clients.legacy.nova_network.made_ids import made_id
from dashboard.clients.legacy.nova_network.networks import is_of_everybody
from dashboard.clients.legacy.nova_network.nics import Nic
from dashboard.clients.legacy.translator import Json


def grants(networks: Sequence[Json], nics: Iterable[Nic]) -> list[Json]:
    """Return an RBAC policy for each network of everybody's and each tenant with a server on it."""
    everybodys = {row["id"] for row in networks if is_of_everybody(row)}
    users = {(nic.network_id, nic.server["tenant_id"]) for nic in nics}
    return [
        {
            **{"id": made_id("grant", *use), "object_type": "network", "object_id": use[0]},
            **{"action": "access_as_shared", "target_tenant": use[1]},
            **{"project_id": "", "tenant_id": ""},
        }
        for use in sorted(users)
        if use[0] in everybodys
    ]
