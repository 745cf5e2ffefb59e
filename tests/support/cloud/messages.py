"""One HTTP request as a service of a cloud in memory sees it, and what it answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Version = tuple[int, int]

NO_VERSION: Version = (0, 0)


@dataclass(frozen=True, kw_only=True)
class Token:
    """Who asks: a user with the names of the roles that it has in its project."""

    id: str
    user_id: str
    project_id: str = ""
    roles: frozenset[str] = frozenset()
    is_system: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether every policy lets the holder do everything."""
        return "admin" in self.roles


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request: ``path`` begins below the version, ``ids`` are the variable parts of its route."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    token: Token | None = None
    version: Version = NO_VERSION
    ids: tuple[str, ...] = ()

    @property
    def body(self) -> Any:
        """The JSON that was sent; {} for none."""
        return json.loads(self.content) if self.content else {}

    @property
    def asker(self) -> Token:
        """The token, which every request but those for one has."""
        assert self.token is not None, f"{self.method} {self.path} was let in without a token"
        return self.token

    def asks(self, name: str, default: str = "") -> str:
        """Return the first value of a parameter."""
        return self.query.get(name, [default])[0]


@dataclass(kw_only=True)
class Answer:
    """What a service answers: ``body`` as JSON, or bytes as they are; None for nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes that go over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class Refused(Exception):
    """An error of the API. ``kind`` is the service's own name of it, where envelopes have one."""

    def __init__(self, status: int, message: str, *, kind: str = "", retry_after: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.retry_after = retry_after


def conflict(message: str, *, kind: str = "") -> Refused:
    """Return the error for what is in the way."""
    return Refused(409, message, kind=kind)
