"""How Nailgun says no."""

from typing import Any


class Refusal(Exception):
    """An answer that is an error; ``plain`` ones are a bare sentence, as some of Nailgun's are."""

    def __init__(
        self, status: int, message: str, *, errors: list[Any] | None = None, plain: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Any = message if plain else {"message": message, "errors": errors or []}


def not_found(kind: str) -> Refusal:
    """Nothing has that id."""
    return Refusal(404, f"{kind} not found")
