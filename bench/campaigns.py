#!/usr/bin/env python3
"""Measure how long the forecast of a large campaign takes.

1,000 tenants with 10,000 servers, and 200 hosts, most of them still in the source. The exit code is
1 if it takes 5 seconds or more.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard.campaigns.simulation.simulate import BEGIN, FREE
from tests.support.simulations import large_cloud, simulate

MOST_SECONDS = 5.0


def main() -> int:
    """Run the benchmark and print a line or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    cloud = large_cloud()
    began = time.perf_counter()
    found = simulate(cloud)
    seconds = round(time.perf_counter() - began, 2)
    counts = {kind: sum(event.kind == kind for event in found.events) for kind in (BEGIN, FREE)}
    measured = {"seconds": seconds, "tenants": counts[BEGIN], "hosts": counts[FREE]}
    if arguments.json:
        print(json.dumps(measured))
    else:
        print(f"Forecast: {seconds} s for {counts[BEGIN]} tenants and {counts[FREE]} hosts freed")
    return 0 if seconds < MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
