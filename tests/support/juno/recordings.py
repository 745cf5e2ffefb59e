"""Recorded answers of a real cloud of 2014, and the stand-in's to the same requests.

PUMPHOUSE_JUNO_RECORDINGS names their folder; without it they are looked for beside the repository.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.juno.cloud import JunoCloud
from tests.support.juno.messages import Json

BESIDE = Path(__file__).parents[4] / "shared" / "juno"
RECORDINGS = Path(os.environ.get("PUMPHOUSE_JUNO_RECORDINGS") or BESIDE)
needs_recordings = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.txt").is_file(),
    reason=f"no recordings of Juno in {RECORDINGS}; PUMPHOUSE_JUNO_RECORDINGS names another",
)
CHANGING = {"issued_at", "expires", "expires_at", "audit_ids"}
"""What is another in each answer."""


def recorded(folder: str) -> list[Json]:
    """Return the recordings of a folder, in their order, each with its file's name as ``name``."""
    paths = sorted((RECORDINGS / folder).glob("*.json"))
    return [{"name": path.stem, **json.loads(path.read_text())} for path in paths]


def replayed(cloud: JunoCloud, recording: Json) -> tuple[int, Any]:
    """Ask the stand-in what was recorded; return status and body with the recorded addresses."""
    asked = recording["request"]
    who = asked["as"]
    headers = dict(asked["headers"])
    if who != "nobody":
        headers["X-Auth-Token"] = f"TOKEN-{who.replace('@', '-')}"
    response = requests.request(
        asked["method"],
        cloud.url(asked["service"]) + asked["path"],
        headers=headers,
        json=asked["body"],
        timeout=10,
    )
    try:
        body = response.json() if response.content else None
    except ValueError:
        body = response.text
    return response.status_code, cloud.as_recorded(body)


def comparable(value: Any) -> Any:
    """Return a body without what is another in each answer; the order of lists means nothing."""
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in sorted(value.items()) if k not in CHANGING}
    if isinstance(value, list):
        return sorted((comparable(each) for each in value), key=repr)
    return value
