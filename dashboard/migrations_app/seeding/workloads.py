"""Which test tenants setup creates: those that ``workloads`` names, else random ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.errors import BadInput
from dashboard.migrations_app.seeding.context import PREFIX, SeedCounts, new_name


def wanted_tenants(workloads: Mapping[str, Any], counts: SeedCounts) -> dict[str, SeedCounts]:
    """Return the tenants to create by name, each with how much is in it.

    Of ``workloads`` the names of ``tenants`` count, and how many ``servers`` each has. Raises
    ``BadInput`` for a name that cleanup would not find.
    """
    named = workloads.get("tenants") or []
    if not named:
        return {new_name(): counts for _ in range(counts.tenants)}
    if not isinstance(named, list) or not all(isinstance(each, dict) for each in named):
        raise BadInput("workloads.tenants is no list of tenants.", fix="Give each a name.")
    return {_name_of(tenant): _counts_of(tenant, counts) for tenant in named}


def _name_of(tenant: Mapping[str, Any]) -> str:
    name = str(tenant.get("name") or "")
    if not name.startswith(PREFIX):
        raise BadInput(
            f"The test tenant {name!r} in workloads has a name that does not begin with {PREFIX}.",
            fix="Give it such a name: cleanup deletes no others.",
        )
    return name


def _counts_of(tenant: Mapping[str, Any], counts: SeedCounts) -> SeedCounts:
    servers = tenant.get("servers")
    return replace(counts, servers=len(servers)) if isinstance(servers, list) else counts
