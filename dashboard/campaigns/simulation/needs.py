"""What a tenant takes on the destination."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Resources = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What each server takes by placement's resource classes, GiB by volume type, and addresses.

    ``disk_gib`` is of disks that are not volumes: it is only copied.
    """

    servers: Sequence[Resources] = ()
    gib: Mapping[str, int] = field(default_factory=dict)
    addresses: int = 0
    disk_gib: int = 0

    @property
    def copied_gib(self) -> int:
        """What has to be copied: volumes, and disks that are not volumes."""
        return sum(self.gib.values()) + self.disk_gib

    def as_row(self) -> dict[str, Any]:
        """Return it as JSON for a row."""
        return asdict(self)


def needs_from(row: Mapping[str, Any]) -> Needs:
    """Return what a row says; an empty one needs nothing that is known."""
    return Needs(**{**row, "servers": tuple(row.get("servers", ()))})
