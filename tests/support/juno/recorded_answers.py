"""What the services of a real Juno cloud have answered: one line for each answer.

The files are made by ``tests.support.juno.reduce``.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One answer: who asked for what, and what it was. ``path`` is without the query; ``folder``
    is the number of the recordings' folder: from 20 on they were made while things changed."""

    folder: int
    user: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    headers: dict[str, str] = field(hash=False)
    response: Any

    @property
    def below(self) -> str:
        """The path below the version, and the tenant where there is one."""
        parts = self.path.split("/")[2:]
        is_tenant = parts and len(parts[0]) == TENANT_LENGTH
        return "/" + "/".join(parts[1:] if is_tenant else parts)

    @property
    def version(self) -> str:
        """The version that the path begins with."""
        return self.path.split("/")[1]


TENANT_LENGTH = 32


@cache
def recordings(service: str) -> tuple[Recording, ...]:
    """Return the recordings of a service: nova, cinder or glance."""
    text = (
        Path(__file__)
        .with_name("recorded")
        .joinpath(f"{service}.jsonl")
        .read_text(encoding="utf-8")
    )
    return tuple(_recording(json.loads(line)) for line in text.splitlines())


def _recording(line: Json) -> Recording:
    address = urlsplit(line["path"])
    return Recording(
        folder=line["folder"],
        user=line["as"],
        method=line["method"],
        path=address.path,
        query=dict(parse_qsl(address.query)),
        body=line.get("body"),
        status=line["status"],
        headers=line["headers"],
        response=line["response"],
    )
