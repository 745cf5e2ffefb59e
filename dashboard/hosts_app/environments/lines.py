"""The lines of the plan of a copied environment."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

from dashboard.hosts_app.plans.lines import StoredLine


class CopyOutcome(StrEnum):
    """What happens to something of the source in the copy."""

    CARRIED = "carried"
    CHANGED = "changed"
    OWN = "own"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class CopyLine(StoredLine):
    """One thing of the source. ``now`` is its value there, ``then`` that in the copy, in words.

    A value is shown only if it is one of a few choices, an address or a VLAN. Any other may be a
    password or a key, and is not shown.
    """

    name: str
    now: str
    then: str
    outcome: CopyOutcome

    @override
    def __str__(self) -> str:
        line = f"{self.subject} {self.name}: {self.outcome}"
        change = f", {self.now or 'nothing'} becomes {self.then or 'nothing'}"
        return f"{line}{change if self.now != self.then else ''}{self.why and f' ({self.why})'}"
