#!/usr/bin/env python3
"""Measure what the engine costs per step, and that the cost does not grow with the job.

Runs layered graphs of steps that do nothing through a real runner: on its own SQLite file, or
on the database in DATABASE_URL. The exit code is 1 if a step of the largest job costs more than 1.5
times a step of the smallest.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from dashboard.jobs.kinds import StepSpec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

SIZES = (500, 1000, 2000, 5000)
WIDTH = 50
NEEDS = 3
ROUNDS = 2
MOST_GROWTH = 1.5


def main() -> int:
    """Run the benchmark as the command line asks and print its table or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="STEPS")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        os.environ["PUMPHOUSE_HOME"] = home
        costs = measure(arguments.sizes)
    growth = costs[max(costs)] / costs[min(costs)]
    if arguments.json:
        print(json.dumps({"milliseconds_per_step": costs, "growth": round(growth, 2)}))
    else:
        for steps, cost in costs.items():
            print(f"{steps:6d} steps  {cost:.2f} ms a step")
        print(f"growth {growth:.2f} (at most {MOST_GROWTH})")
    return 0 if growth <= MOST_GROWTH else 1


def measure(sizes: list[int]) -> dict[int, float]:
    """Return the milliseconds that a step costs, by the number of steps of its job."""
    django.setup()
    call_command("migrate", verbosity=0)
    define_kind()
    run_job(min(sizes))  # the first one pays for imports and connections
    rounds = [{steps: cost_of(steps, most=max(sizes)) for steps in sizes} for _ in range(ROUNDS)]
    return {steps: round(min(costs[steps] for costs in rounds), 3) for steps in sizes}


def cost_of(steps: int, *, most: int) -> float:
    """Return the milliseconds per step, over as many jobs as make ``most`` steps: each size then
    suffers alike from what else the machine does."""
    jobs = max(1, most // steps)
    return 1000 * sum(run_job(steps) for _ in range(jobs)) / (jobs * steps)


def define_kind() -> None:
    """Make known a kind of job whose steps do nothing; it needs Django to be set up."""
    from dashboard.jobs.kinds import JobKind, StepContext, job_kind
    from dashboard.jobs.models import Step

    class Nothing(JobKind):
        name = "bench"

        def perform(self, step: Step, context: StepContext) -> None:
            """Do nothing: what is measured is the engine."""

    job_kind(Nothing.name)  # from now on the registry keeps the class alive


def run_job(steps: int) -> float:
    """Run one job of that many steps and return the seconds that it took, its start left out."""
    from dashboard.jobs.models import Job
    from dashboard.jobs.runner import run_job
    from dashboard.jobs.starting import start_job

    job = start_job(
        kind="bench",
        title=f"{steps} steps",
        subject=f"bench {steps} {time.time()}",
        steps=layered_graph(steps),
    )
    begun = time.perf_counter()
    run_job(job.pk)
    seconds = time.perf_counter() - begun
    state = Job.objects.get(pk=job.pk).state
    if state != "done":
        raise SystemExit(f"The job of {steps} steps ended as {state}.")
    return seconds


def layered_graph(steps: int) -> "list[StepSpec]":
    """Return layers of steps, each of which needs a few of the layer before."""
    from dashboard.jobs.kinds import StepSpec

    def needs(number: int) -> list[str]:
        above = (number // WIDTH - 1) * WIDTH
        return [str(above + (number + hop) % WIDTH) for hop in range(NEEDS)] if above >= 0 else []

    return [
        StepSpec(key=str(number), action="nothing", title=f"Step {number}", needs=needs(number))
        for number in range(steps)
    ]


if __name__ == "__main__":
    sys.exit(main())
