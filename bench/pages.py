#!/usr/bin/env python3
"""Measure how the pages grow with the rows: their time, queries and bytes.

Fills a small and a large installation, each in an SQLite file of its own or in the database of
DATABASE_URL, and asks Django for each page without a server. The exit code is 1 if a page of the
large one takes more than 1.5 times its time in the small one, more than 20 queries, or 200 kB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

SMALL = {"jobs": 100, "plans": 50, "tenants": 50, "lines": 10_000}
LARGE = {"jobs": 10_000, "plans": 5_000, "tenants": 5_000, "lines": 1_000_000}
ROUNDS = 15
MOST_GROWTH = 1.5
MOST_QUERIES = 20
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Cost:
    """What one page takes."""

    milliseconds: float
    queries: int
    size: int


def main() -> int:
    """Run the benchmark as the command line asks and print its table or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lines", type=int, default=LARGE["lines"], help="of the longest log")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(json.loads(arguments.measure))))
        return 0
    small, large = in_own_process(SMALL), in_own_process({**LARGE, "lines": arguments.lines})
    growth = {
        page: round(cost.milliseconds / small[page].milliseconds, 2) for page, cost in large.items()
    }
    if arguments.json:
        pages = {page: {**asdict(cost), "growth": growth[page]} for page, cost in large.items()}
        print(json.dumps(pages))
    else:
        print_table(small, large, growth)
    return 0 if all(is_good(cost, growth[page]) for page, cost in large.items()) else 1


def in_own_process(sizes: dict[str, int]) -> dict[str, Cost]:
    """Measure one installation in a new process, since Django's settings are read once."""
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        command = [sys.executable, __file__, "--measure", json.dumps(sizes)]
        environment = {**os.environ, "PUMPHOUSE_HOME": home}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return {page: Cost(**cost) for page, cost in json.loads(done.stdout).items()}


def measure(sizes: dict[str, int]) -> dict[str, dict[str, float]]:
    """Return what each page costs, by its name, with that many rows."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from tests.support import rows
    from tests.support.many_rows import Sizes, fill

    setup_test_environment()
    call_command("migrate", verbosity=0)
    addresses = fill(Sizes(**sizes))
    client = Client()
    client.force_login(rows.user_with("operator"))
    connection.ensure_connection()
    return {page: asdict(cost_of(client, address)) for page, address in addresses.items()}


def cost_of(client: Any, address: str) -> Cost:
    """Return what one page costs, its time being the best of some rounds."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    got(client, address)  # the first request of a session stores it
    with CaptureQueriesContext(connection) as queries:
        size = len(got(client, address))
    number = len(queries)  # the next request forgets them
    seconds = min(seconds_of(lambda: got(client, address)) for _ in range(ROUNDS))
    return Cost(round(1000 * seconds, 1), number, size)


def got(client: Any, address: str) -> bytes:
    """Return a page. Raises ``SystemExit`` where there is none."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return b"".join(answer) if answer.streaming else answer.content


def seconds_of(work: Callable[[], object]) -> float:
    """Return how much processor time the work takes, and on a database server how long it takes.

    SQLite works in this process: what else the machine does meanwhile is not counted.
    """
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    begun = clock()
    work()
    return clock() - begun


def print_table(small: dict[str, Cost], large: dict[str, Cost], growth: dict[str, float]) -> None:
    """Print a line for each page, with a mark where it takes too much."""
    print(f"{'page':22}{'small':>10}{'large':>10}{'growth':>8}{'queries':>9}{'bytes':>9}")
    for page, cost in large.items():
        times = f"{small[page].milliseconds:7.1f} ms{cost.milliseconds:7.1f} ms"
        mark = "" if is_good(cost, growth[page]) else "  too much"
        print(f"{page:22}{times}{growth[page]:8.2f}{cost.queries:9}{cost.size:9}{mark}")


def is_good(cost: Cost, growth: float) -> bool:
    """Return whether a page stays within all three bounds."""
    return growth <= MOST_GROWTH and cost.queries <= MOST_QUERIES and cost.size <= MOST_BYTES


if __name__ == "__main__":
    sys.exit(main())
