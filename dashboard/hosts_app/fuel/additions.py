"""What the configuration says of clouds that come from Fuel: all that Fuel does not know of them.

It stands in the entry of a ``clouds.yaml`` that has the cloud's name, or that of its environment,
and no login.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_files import read_additions
from dashboard.clients.cloud_limits import CloudLimits
from dashboard.hosts_app.models import Cloud


def with_additions(cloud: Cloud, access: CloudAccess) -> CloudAccess:
    """Return the access to a cloud of Fuel with what the configuration adds.

    Raises ``BadInput`` with file, key and line for an error in the file.
    """
    return replace(access, **_additions_to(cloud), reread_limits=lambda: added_limits(cloud))


def added_limits(cloud: Cloud) -> CloudLimits:
    """Return how much a cloud of Fuel may be asked for, as the configuration says now."""
    limits: CloudLimits = _additions_to(cloud).get("limits", CloudLimits())
    return limits


def unknown_additions() -> list[str]:
    """Report the entries without a login that are about no cloud which Fuel is known to have."""
    if not (additions := _additions()):
        return []
    found = Cloud.objects.filter(origin=Cloud.Origin.FUEL).select_related("environment")
    clouds = ", ".join(sorted(cloud.name for cloud in found)) or "none yet"
    known = {name for cloud in found for name in _names_of(cloud)}
    return [
        f"{settings.PUMPHOUSE_CONFIG}: cloud {name} has no login, and Fuel has none of that name: "
        f"add auth, or correct the name. Clouds from Fuel: {clouds}."
        for name in additions
        if name not in known
    ]


def _additions_to(cloud: Cloud) -> Mapping[str, Any]:
    additions = _additions()
    return next((additions[name] for name in _names_of(cloud) if name in additions), {})


def _names_of(cloud: Cloud) -> list[str]:
    return [cloud.name, *([cloud.environment.name] if cloud.environment else [])]


def _additions() -> Mapping[str, Mapping[str, Any]]:
    path = settings.PUMPHOUSE_CONFIG
    return read_additions(Path(path)) if path else {}
