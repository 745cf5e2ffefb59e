"""What goes over the wire of a stand-in: requests, replies and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
UNAUTHORIZED = "The request you have made requires authentication."


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to one port. ``query`` has the last value of each parameter of ``query_text``."""

    method: str
    port: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    body: Any = None


@dataclass(frozen=True)
class Reply:
    """An answer: JSON, or the bytes of something else."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who sent a token."""

    user_id: str
    tenant_id: str
    roles: frozenset[str]

    @property
    def is_admin(self) -> bool:
        """Return whether the token is an administrator's."""
        return "admin" in self.roles


class Refused(Exception):
    """What an API refuses. ``kind`` is the key of the error's envelope, where it has several."""

    def __init__(self, status: int, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.kind = status, message, kind
