"""One object while it is being planned."""

from dataclasses import dataclass

from dashboard.migrations_app.models import LedgerEntry
from dashboard.migrations_app.resources.records import Decision, Loss, Record
from dashboard.migrations_app.resources.registry import resource_type


@dataclass(kw_only=True)
class Draft:
    """An object, what was decided about it so far, and what it has become before."""

    record: Record
    decision: Decision
    losses: list[Loss]
    entry: LedgerEntry | None
    # whether an operator chose to leave it out
    is_unwanted: bool = False
    # whether it was left out and taken in again, since something that has moved depends on it
    is_kept: bool = False

    @property
    def destination_id(self) -> str:
        """The id of the object that it has become, or will be mapped to."""
        return self.decision.destination_id or (self.entry.destination_id if self.entry else "")

    @property
    def original(self) -> Record:
        """The object as it was before an earlier plan has begun to move it."""
        return original_of(self.record, self.entry)

    @property
    def called(self) -> str:
        """The object in words: "server web-1"."""
        return resource_type(self.record.type).called(self.record.title)


def original_of(record: Record, entry: LedgerEntry | None) -> Record:
    """Return an object as it was before an earlier plan has begun to move it."""
    stage_data = entry.stage_data if entry else {}
    return resource_type(record.type).original_state(record, stage_data)
