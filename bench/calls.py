#!/usr/bin/env python3
"""Measure how well the adaptive limits use an API, against calls that go one after the other.

Simulates an API with so many workers, each of which takes its time for a call, behind a
line of so much latency, and makes 120 objects there: by 16 threads through the limit as jobs do,
and one after the other. Exits with 1 where that takes more than the ratio that it is to take.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.clients.call_limits import CallLimit

OBJECTS = 120
THREADS = 16


@dataclass(frozen=True)
class Api:
    """An API: its workers, and the seconds that a call takes there and on the line."""

    name: str
    workers: int
    seconds: float
    latency: float
    most: float
    """The largest ratio to calls that go one after the other."""


APIS = (
    Api("one worker", workers=1, seconds=0.03, latency=0.0, most=1.3),
    Api("40 workers", workers=40, seconds=0.03, latency=0.0, most=0.2),
    Api("far away", workers=8, seconds=0.01, latency=0.2, most=0.15),
)


def main() -> int:
    """Run the benchmark as the command line asks and print its lines or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    results = {api.name: measure(api) for api in APIS}
    if arguments.json:
        print(json.dumps(results))
    else:
        for api in APIS:
            print(f"{api.name:12s} ratio {results[api.name]['ratio']:.2f} (at most {api.most})")
    return 0 if all(results[api.name]["ratio"] <= api.most for api in APIS) else 1


def measure(api: Api) -> dict[str, float]:
    """Return the seconds of both ways, their ratio, and the limit at the end."""
    served, limit = threading.Semaphore(api.workers), CallLimit()

    def call() -> None:
        time.sleep(api.latency / 2)
        with served:
            time.sleep(api.seconds)
        time.sleep(api.latency / 2)

    def limited(_number: int) -> None:
        with limit.call("POST ports") as outcome:
            call()
            outcome.status = 201

    bare = _timed(lambda: [call() for _ in range(OBJECTS)])
    with ThreadPoolExecutor(THREADS) as pool:
        adapted = _timed(lambda: list(pool.map(limited, range(OBJECTS))))
    ratio = round(adapted / bare, 3)
    return {"bare": round(bare, 2), "adapted": round(adapted, 2), "ratio": ratio}


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
