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

    @property
    def destination_id(self) -> str:
        """The id of the object that it has become, or will be mapped to."""
        return self.decision.destination_id or (self.entry.destination_id if self.entry else "")

    @property
    def original(self) -> Record:
        """The object as it was before an earlier plan has begun to move it."""
        stage_data = self.entry.stage_data if self.entry else {}
        return resource_type(self.record.type).original_state(self.record, stage_data)

    @property
    def called(self) -> str:
        """The object in words: "server web-1"."""
        return resource_type(self.record.type).called(self.record.title)
