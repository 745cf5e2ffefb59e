"""What a folder of files asks for, in the words of a plan."""

from dataclasses import dataclass, field
from typing import Any

from dashboard.migrations_app.resources.choices import LEAVE_OUT
from dashboard.migrations_app.resources.records import Record


@dataclass(kw_only=True)
class Wanted:
    """The choices and edits of a move, and its option ``only``; [] there is the whole tenant."""

    only: list[str] = field(default_factory=list)
    choices: dict[str, str] = field(default_factory=dict)
    edits: dict[str, dict[str, Any]] = field(default_factory=dict)

    def edit(self, record: Record, name: str, value: Any) -> None:
        """Set a field of the object's copy to another value."""
        self.edits.setdefault(_key(record), {})[name] = value

    def field(self, record: Record, name: str) -> Any:
        """Return the value of a field that the copy gets so far."""
        return self.edits.get(_key(record), {}).get(name, record.fields.get(name))

    def choose(self, record: Record, choice: str) -> None:
        """Make a choice for an object."""
        self.choices[_key(record)] = choice

    def leave_out(self, record: Record) -> None:
        """Leave an object out."""
        self.choose(record, LEAVE_OUT)


def _key(record: Record) -> str:
    return f"{record.type}:{record.id}"
