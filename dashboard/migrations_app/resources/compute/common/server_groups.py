"""The server groups of a cloud, in the newest form that its Nova and Pumphouse know."""

from collections.abc import Iterable

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.reader import TenantReader

RULES_SINCE = "2.64"
"""The microversion from which on a group has one policy, with rules; before, a list of them."""
SOFT_SINCE = "2.15"
"""The microversion from which on a policy can be soft: obeyed only where that is possible."""


def group_microversion(cloud: CloudSession) -> str:
    """Return the microversion for groups."""
    return cloud.at_most("compute", RULES_SINCE)


def all_groups(reader: TenantReader) -> Iterable[Json]:
    """Yield all server groups: Nova cuts the list (osapi_max_limit) without a link to the rest."""
    seen: set[str] = set()
    microversion = group_microversion(reader.cloud)
    while True:
        offset = {"offset": str(len(seen))} if seen else {}
        page = reader.list(
            "compute",
            "/os-server-groups",
            "server_groups",
            microversion=microversion,
            all_projects="true",
            **offset,
        )
        new = [group for group in page if group["id"] not in seen]
        yield from new
        seen |= {group["id"] for group in new}
        if not new:
            return


def policy_of(group: Json) -> str:
    """Return the policy of a group, in whichever form it tells it."""
    return str(group.get("policy") or next(iter(group.get("policies") or ()), ""))
