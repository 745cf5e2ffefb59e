"""Nailgun's error responses."""

from typing import Any


class Refusal(Exception):
    """An error response; a ``plain`` one is a bare sentence, like some of Nailgun's."""

    def __init__(
        self, status: int, message: str, *, errors: list[Any] | None = None, plain: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Any = message if plain else {"message": message, "errors": errors or []}


def not_found(kind: str) -> Refusal:
    """Return the refusal of an unknown id."""
    return Refusal(404, f"{kind} not found")
