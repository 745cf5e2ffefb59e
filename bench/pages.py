#!/usr/bin/env python3
"""Measure how the pages grow with the rows: their time, queries and bytes.

Fills a small and a large installation, each in an SQLite file or in a database of its own beside
that of DATABASE_URL, and asks Django for each page without a server, of both in turns, so that what
else the machine does slows both. The exit code is 1 if a page of the large one takes more than 1.5
times its time in the small one, more than 20 queries, or 200 kB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO, cast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

SMALL = {"jobs": 100, "plans": 100, "tenants": 100, "lines": 10_000}
LARGE = {"jobs": 10_000, "plans": 5_000, "tenants": 5_000, "lines": 1_000_000}
SMALL |= {"running": 20, "servers": 500}
LARGE |= {"running": 40, "servers": 5_000, "plan_servers": 500}
ROWS = 100
ROUNDS = 8
REQUESTS = 2
MOST_GROWTH = 1.5
MOST_QUERIES = 20
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Cost:
    """What one page takes."""

    milliseconds: float
    queries: int
    size: int


class Installation:
    """One installation with its rows, in a process of its own, as Django's settings are read once.

    It fills its database at once; ``pages`` waits until that has been done.
    """

    def __init__(self, sizes: dict[str, int], home: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", json.dumps(sizes)],
            env={**os.environ, "PUMPHOUSE_HOME": home},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pages(self) -> list[str]:
        """Return the names of the pages."""
        return self._answer("")

    def cost_of(self, page: str) -> Cost:
        """Return what a page costs, its time being the best of some requests."""
        return Cost(**self._answer(page))

    def end(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)

    def _answer(self, question: str) -> Any:
        print(question, file=self._process.stdin, flush=True)
        answer = cast("TextIO", self._process.stdout).readline()
        if not answer:
            raise SystemExit("an installation has ended: see above")
        return json.loads(answer)


def main() -> int:
    """Run the benchmark as the command line asks and print its table or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lines", type=int, default=LARGE["lines"], help="of the longest log")
    parser.add_argument(
        "--plan-servers", type=int, default=LARGE["plan_servers"], help="of the largest plan"
    )
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(json.loads(arguments.serve))
        return 0
    small, large = measure(
        {**LARGE, "lines": arguments.lines, "plan_servers": arguments.plan_servers}
    )
    growth = {
        page: round(cost.milliseconds / small[page].milliseconds, 2) for page, cost in large.items()
    }
    if arguments.json:
        pages = {page: {**asdict(cost), "growth": growth[page]} for page, cost in large.items()}
        print(json.dumps(pages))
    else:
        print_table(small, large, growth)
    return 0 if all(is_good(cost, growth[page]) for page, cost in large.items()) else 1


def measure(sizes: dict[str, int]) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Return what each page costs in a small installation, and in one with that many rows.

    The largest plan of the small one has a tenth of the servers, and yet as many as a page shows.
    """
    servers = max(ROWS, sizes["plan_servers"] // 10)
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        small = Installation({**SMALL, "plan_servers": servers}, f"{home}/small")
        large = Installation(sizes, f"{home}/large")
        try:
            pages = [page for page in large.pages() if page in small.pages()]
            both = {page: in_turns(page, small, large) for page in pages}
        finally:
            small.end()
            large.end()
    return {page: costs[0] for page, costs in both.items()}, {
        page: costs[1] for page, costs in both.items()
    }


def in_turns(page: str, *installations: Installation) -> list[Cost]:
    """Return what a page costs in each, the best of some rounds through all of them."""
    rounds = [[one.cost_of(page) for one in installations] for _ in range(ROUNDS)]
    return [min(costs, key=lambda cost: cost.milliseconds) for costs in zip(*rounds, strict=True)]


def serve(sizes: dict[str, int]) -> None:
    """Fill a database, then answer what a page costs for each line with its name."""
    import django

    django.setup()
    from django.test import Client
    from django.test.utils import setup_test_environment

    from tests.support import rows
    from tests.support.many_rows import Sizes, fill

    setup_test_environment()
    with database(sizes["jobs"]):
        addresses = filled(lambda: fill(Sizes(**sizes)))
        client = Client()
        client.force_login(rows.user_with("operator"))
        got(client, addresses["home"])  # the first request of a session stores it
        for line in sys.stdin:
            page = line.strip()
            answer = asdict(cost_of(client, addresses[page])) if page else list(addresses)
            print(json.dumps(answer), flush=True)


def filled(fill: Callable[[], Any]) -> Any:
    """Fill with much memory for SQLite, which else writes the same pages again and again."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -800000")
    try:
        return fill()
    finally:
        connection.close()  # the pages are asked for with what is usual


@contextmanager
def database(number: int) -> Iterator[None]:
    """Make the tables, on a server in a database of their own, which is removed at the end."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        yield
        return
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"pages_of_{number}_jobs"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def cost_of(client: Any, address: str) -> Cost:
    """Return what one page costs, its time being the best of some requests."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        size = len(got(client, address))
    number = len(queries)  # the next request forgets them
    seconds = min(seconds_of(lambda: got(client, address)) for _ in range(REQUESTS))
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
