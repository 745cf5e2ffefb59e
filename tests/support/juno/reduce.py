"""Makes the files in ``recorded`` of recordings of a real Juno cloud: one line for each answer.

    python -m tests.support.juno.reduce FOLDER

A recording is a file with request, status, headers and response. Links are left out but for those
of version documents, and of the headers what differs from one answer to the next.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RECORDINGS = Path(__file__).with_name("recorded")
# service -> the numbers of the recordings that are kept, by folder
CHOSEN = {
    "nova": {
        "12": (
            *(1, 2, 3, 9, *range(13, 21), *range(22, 25), *range(26, 31), 32, *range(38, 42)),
            *(45, 47, 51, 70, 71, 72, 74, 75, 78, 79, 81, 82, 83, 84, 87, 95, 98, 99),
        ),
        "13": (1, 4, 12, 15, 26, 41),
        "14": (1, 4, 5, 6, 17, 18, 29, 36, *range(41, 57), 61),
        "20": (1, 18, 19, 23, 47, 49, 52, 53, 54, 55, 58, 59, 80, 81, 82),
        "24": (1, 5, 6, 7),
        "25": (6, 7, 8, 10),
    },
    "cinder": {
        "17": (
            *(*range(1, 5), 14, 15, 16, 25, 27, 29, 32, *range(33, 36), 38, 40, 41, 43, 46),
            *(*range(56, 59), 67, 69, 71, 72, 75, 76, 77, 80, 83, 85, 88, 96),
        ),
        "18": (4, 6, 7, 10, 11, 12, 13, 14, 18, 24, 26, 27, 28),
        "21": (1, 2, 3, 7, 8, 9, 10, 11, 13, 14, 15),
    },
    "glance": {
        "15": (1, 4, 10, 13, 14, 15, 16, 17, 18, *range(21, 37), 42, 43, 44, 46, 47, 48),
        "16": (5, 9),
        "22": (1, 2, 3, 4, 5),
        "25": (20,),
    },
}
_PASSING = ("request-id", "content-length", "etag")
_document = re.compile(r"/(v\d+/)?")
_address = re.compile(r"https?://127\.0\.0\.1:\d+")


def reduced(folder: Path, service: str) -> Iterator[Json]:
    """Yield what is kept of the recordings of a service, in their order."""
    for begin, numbers in CHOSEN[service].items():
        [place] = folder.glob(f"{begin}-*")
        for number in numbers:
            [path] = place.glob(f"{number:03}-*.json")
            recording = json.loads(path.read_text(encoding="utf-8"))
            yield {"folder": int(begin), **_reduced(recording)}


def _reduced(recording: Json) -> Json:
    request = recording["request"]
    headers = {
        name.lower(): _address.sub("{address}", value)
        for name, value in recording["headers"].items()
        if not name.lower().endswith(_PASSING)
    }
    body = {"body": request["body"]} if request.get("body") else {}
    told = recording["response"]
    return {
        "as": request["as"],
        "method": request["method"],
        "path": request["path"],
        **body,
        "status": recording["status"],
        "headers": headers,
        "response": told if _document.fullmatch(request["path"]) else without_links(told),
    }


def without_links(value: Any) -> Any:
    """Return JSON without its links, which have addresses of a cloud in them."""
    if isinstance(value, dict):
        return {name: without_links(each) for name, each in value.items() if name != "links"}
    if isinstance(value, list):
        return [without_links(each) for each in value]
    return value


def main(folder: Path) -> None:
    """Write the files."""
    for service in CHOSEN:
        lines = [json.dumps(each, sort_keys=True) for each in reduced(folder, service)]
        path = RECORDINGS / f"{service}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
