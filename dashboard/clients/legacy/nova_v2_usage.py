"""What a project uses of its quotas in an old Nova, which tells it among the limits only."""

from dashboard.clients.legacy.translator import Json

_USED = {
    "instances": "totalInstancesUsed",
    "cores": "totalCoresUsed",
    "ram": "totalRAMUsed",
    "floating_ips": "totalFloatingIpsUsed",
    "security_groups": "totalSecurityGroupsUsed",
    "server_groups": "totalServerGroupsUsed",
}


def with_usage(limits: Json, used: Json) -> Json:
    """Return by resource the limit, and what is used of it where ``used`` tells that."""
    return {
        name: {"limit": limit, "reserved": 0, "in_use": used.get(_USED.get(name, ""), 0)}
        for name, limit in limits.items()
        if isinstance(limit, int)
    }
