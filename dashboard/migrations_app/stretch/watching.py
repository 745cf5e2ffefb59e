"""Looks whether the gateway servers run and reach each other."""

from enum import StrEnum

from django.utils import timezone

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import Stretch, StretchPart
from dashboard.migrations_app.stretch.gateway import SAYS
from dashboard.migrations_app.stretch.parts import shown
from dashboard.migrations_app.stretch.sides import Side, side_of

_LINES = 60


class Health(StrEnum):
    """What a gateway was seen to be."""

    JOINED = "joined"
    """It reaches the other one through the tunnel."""
    PARTED = "parted"
    """It runs, and does not reach the other one."""
    SILENT = "silent"
    """It runs, and has not said yet whether it reaches the other one."""
    DOWN = "down"
    """It does not run."""
    MISSING = "missing"
    """Somebody has deleted it."""


BROKEN = (Health.PARTED, Health.DOWN, Health.MISSING)


def look(stretch: Stretch) -> dict[str, str]:
    """Store and return what each gateway is now, by its side."""
    now = timezone.now()
    seen = {side: str(_health(side_of(stretch, side))) for side in StretchPart.Side.values}
    is_broken = any(health in BROKEN for health in seen.values())
    stretch.health, stretch.seen_at = seen, now
    stretch.broken_since = (stretch.broken_since or now) if is_broken else None
    stretch.save(update_fields=["health", "seen_at", "broken_since"])
    return seen


def _health(side: Side) -> Health:
    server = shown(side, StretchPart.Role.SERVER)
    if server is None:
        return Health.MISSING
    if server["status"] != "ACTIVE":
        return Health.DOWN
    said = [line for line in _console(side.session, server["id"]) if SAYS in line]
    words = said[-1].partition(SAYS)[2].split() if said else []
    return next((Health(word) for word in words if word in ("joined", "parted")), Health.SILENT)


def _console(session: CloudSession, server_id: str) -> list[str]:
    """Return the last lines of a server's console, none where the cloud does not show them."""
    body = {"os-getConsoleOutput": {"length": _LINES}}
    try:
        answer = session.post("compute", f"/servers/{server_id}/action", body)
    except NeedsOperator:
        return []
    return str(answer.get("output") or "").splitlines()
