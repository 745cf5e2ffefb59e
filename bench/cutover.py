#!/usr/bin/env python3
"""Measure for how long a server is down whose volume moves by each data path, on the lab's Ceph.

Moves a server that boots from a volume between the lab's clouds, writes a hundredth of the volume
anew when all that is done ahead is done, and lets the cutover go on. The best of the rounds counts.
Exits with 1 where a path takes a larger share of what the Glance stream takes than it may, writes
more than twice what has changed, or depends on the volume's size without copying it; and where what
the job said beforehand is more than 30 % off. The OSD is a file of 40 GiB: all volumes that are
there at once must fit.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from tests.lab.measured_move import Cutover, MeasuredMove

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

MIB, GIB = 1024**2, 1024**3
MOST_OF_STREAM = {"backup_delta": 1 / 5, "ceph_delta": 1 / 10, "zero_copy": 1 / 10}
"""The share of the Glance stream's downtime that each path may take."""
DELTAS = ("backup_delta", "ceph_delta")
MOST_WRITTEN = 2.0
"""How many times what has changed a delta may write."""
MOST_BY_SIZE = 1.2
"""How many times the downtime of a small volume that of a large one may be, by zero copy."""
MOST_OFF = 0.3
CHANGED_SHARE, SPANS = 100, 10


def main() -> int:
    """Run the benchmark as the command line asks and print its lines or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--size", type=int, default=4, metavar="GIB", help="of the volume")
    parser.add_argument("--full", type=int, default=100, metavar="PERCENT", help="written of it")
    parser.add_argument("--sizes", type=int, nargs=2, default=[1, 8], metavar="GIB")
    parser.add_argument(
        "--rounds", type=int, default=2, help="best one counts; quick paths one more"
    )
    arguments = parser.parse_args()
    from lab import ceph

    if not ceph.is_chosen():
        print("The lab has no Ceph, so no cutover is measured; PUMPHOUSE_LAB_CEPH=1 starts it.")
        return 0
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        os.environ["PUMPHOUSE_HOME"] = home
        set_up()
        found = measure(arguments)
    checks = checks_of(found, changed=arguments.size * GIB // CHANGED_SHARE)
    if arguments.json:
        print(json.dumps({"cutovers": found, "checks": checks}, default=vars))
    else:
        print_all(arguments, found, checks)
    return 0 if all(check["found"] <= check["most"] for check in checks.values()) else 1


def set_up() -> None:
    """Make the database, and register the lab's clouds."""
    import lab

    django.setup()
    from dashboard.hosts_app.clouds import register_clouds

    call_command("migrate", verbosity=0)
    register_clouds(lab.clouds_yaml_path())


def measure(arguments: argparse.Namespace) -> "dict[str, list[Cutover]]":
    """Return the cutovers of all rounds, by path, and for zero copy by size as well."""
    from lab import ceph

    found: dict[str, list[Cutover]] = {}
    size, full, rounds = arguments.size, arguments.full, arguments.rounds
    with tenant(ceph.OWN, size, full) as move:
        found["glance"] = go(move, "glance", size, rounds)
        for path in DELTAS:
            found[path] = go(move, path, size, rounds + 1)
    with tenant(ceph.SHARED, size, full) as move:
        found["zero_copy"] = go(move, "zero_copy", size, rounds + 1)
    for each in arguments.sizes:
        with tenant(ceph.SHARED, each, 0) as move:
            found[f"zero_copy of {each} GiB"] = go(move, "zero_copy", each, rounds + 1)
    return found


@contextmanager
def tenant(type_: str, size: int, percent: int) -> "Iterator[MeasuredMove]":
    """Make a tenant whose volume of so many GiB is written to so many percent."""
    from dashboard.hosts_app.clouds import cloud_named, connect
    from tests.lab.measured_move import MeasuredMove
    from tests.lab.stored_tenant import StoredTenant

    clouds = [cloud_named(name) for name in ("src", "dst")]
    made = StoredTenant(*map(connect, clouds), type_=type_, size=size)
    try:
        made.write((0, max(MIB, size * GIB * percent // 100)))
        yield MeasuredMove(made, *clouds)
    finally:
        made.clear()


def go(move: "MeasuredMove", path: str, size: int, rounds: int) -> "list[Cutover]":
    """Return the cutovers of so many moves by a path, a hundredth of the volume changed in each."""
    length = size * GIB // CHANGED_SHARE // SPANS
    spans = [(number * size * GIB // SPANS, length) for number in range(SPANS)]
    return [move.go(path, spans) for _ in range(rounds)]


def checks_of(found: "dict[str, list[Cutover]]", *, changed: int) -> dict[str, dict[str, float]]:
    """Return each ratio that is held to something, and the most that it may be."""
    best = {name: min(each.seconds for each in rounds) for name, rounds in found.items()}
    checks = {
        f"{path}: of the Glance stream's": (best[path] / best["glance"], most)
        for path, most in MOST_OF_STREAM.items()
    }
    for path in DELTAS:
        written = min(each.written for each in found[path]) / changed
        checks[f"{path}: written by changed"] = (written, MOST_WRITTEN)
    small, large = (each for name, each in best.items() if name.startswith("zero_copy of"))
    checks["zero_copy: large by small"] = (large / small, MOST_BY_SIZE)
    for name, rounds in found.items():
        if off := [abs(each.predicted / each.seconds - 1) for each in rounds if each.predicted]:
            checks[f"{name}: off what was predicted"] = (min(off), MOST_OFF)
    return {
        name: {"found": round(ratio, 3), "most": round(most, 3)}
        for name, (ratio, most) in checks.items()
    }


def print_all(
    arguments: argparse.Namespace,
    found: "dict[str, list[Cutover]]",
    checks: dict[str, Any],
) -> None:
    """Print the cutovers, and the ratios beside what they may be."""
    print(f"a volume of {arguments.size} GiB, {arguments.full} % written, 1 % changed since")
    for name, rounds in found.items():
        for each in rounds:
            told = "" if each.predicted is None else f", predicted {each.predicted:.1f} s"
            sizes = f"{each.written / MIB:.0f} MiB written, {each.stored / MIB:.0f} MiB stored"
            print(f"{name:20s} down for {each.seconds:.1f} s{told}, {sizes}")
    for name, check in checks.items():
        verdict = "" if check["found"] <= check["most"] else "  NOT HELD"
        print(f"{name:40s} {check['found']:.2f} (at most {check['most']:.2f}){verdict}")


if __name__ == "__main__":
    sys.exit(main())
