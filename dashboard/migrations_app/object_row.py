"""What the rows about objects of the source have in common."""

from typing import Any


class ObjectRow:
    """A row about one object of the source, with its type, its id and its name."""

    type: Any
    source_id: Any
    name: Any

    @property
    def key(self) -> tuple[str, str]:
        """Its type and its id, which identify it."""
        return self.type, self.source_id

    @property
    def title(self) -> str:
        """What sentences call it: its name, else its id."""
        return str(self.name or self.source_id)

    def __str__(self) -> str:
        return f"{self.type} {self.title}"
