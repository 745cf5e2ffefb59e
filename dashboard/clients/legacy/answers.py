"""What a translated request is answered with: an answer that looks like that of ``requests``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from requests.structures import CaseInsensitiveDict


@dataclass(frozen=True)
class Answer:
    """A status and a body of JSON, with as much of the surface of ``requests.Response`` as
    ``CloudSession`` uses. ``body`` is None for an empty answer."""

    status_code: int
    body: Any = None
    url: str = ""
    more_headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content(self) -> bytes:
        """The body as it would have come over the wire."""
        return b"" if self.body is None else json.dumps(self.body).encode()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    @property
    def reason(self) -> str:
        """The standard name of the status."""
        return HTTPStatus(self.status_code).phrase

    @cached_property
    def headers(self) -> CaseInsensitiveDict[str]:
        """The headers; names are found in either case."""
        return CaseInsensitiveDict({"Content-Type": "application/json", **self.more_headers})

    def json(self) -> Any:
        """Return the body. Raises ``ValueError`` for an empty answer."""
        return json.loads(self.content)


def refused(status: int, sentence: str) -> Answer:
    """Return the answer to what the old API refuses or does not have, with the reason."""
    return Answer(status, {"error": {"code": status, "message": sentence}})


class OldApiRefusedError(Exception):
    """The old API answered with 400 or more. ``response`` goes to the caller as it is."""

    def __init__(self, response: Any) -> None:
        super().__init__(f"{response.status_code} {response.reason}")
        self.response = response
