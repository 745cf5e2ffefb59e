"""Cinder's API v2 as it is without v3, up to Liberty: the paths and names of today."""

from typing_extensions import override

from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.paging import by_marker, by_offset
from dashboard.clients.legacy.translator import Call, Json, Translator, route

_V2 = (2, 0)


class OldCinder(Translator):
    """Cinder's API v2. It has no groups, and a volume does not tell whether it may have several
    servers."""

    name = "Cinder's API v2"
    service = "block_storage"
    has_todays_paths = True

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        """Return whether nothing newer than v2 was found: v3 is there since Mitaka."""
        return found.version == _V2

    @route("GET", "/volumes/detail")
    def volumes(self, call: Call) -> Json:
        """Return all volumes: before Icehouse a list that is cut has no link to the rest."""
        return {"volumes": by_marker(self, "/volumes/detail", "volumes", call.query)}

    @route("GET", "/snapshots/detail")
    def snapshots(self, call: Call) -> Json:
        """Return all snapshots: this list has no links."""
        return {"snapshots": by_offset(self, "/snapshots/detail", "snapshots", call.query)}
