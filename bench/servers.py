#!/usr/bin/env python3
"""Measure for how long servers are down that move together, against one that moves alone.

Runs the cutovers of 8 and of 24 servers through a real runner, by chains whose number adapts, and
all at once as without them. What clouds do is simulated: a stream fills a third of the link, and
all streams share it. What one moved alone showed is known, as from an earlier tenant. Exits with 1
where the median or the worst downtime is more than twice that of one server alone. That all
together should take at most 1.1 times as long as when all are halted at once is printed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

if TYPE_CHECKING:
    from dashboard.jobs.kinds import StepSpec
    from dashboard.jobs.models import Job

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

STAGES = ("halt", "capture", "copy", "boot", "attach", "power")
SECONDS = 0.3
"""What each stage takes but the copy."""
SIZE, STREAM, LINK, CHUNK = 300, 100, 300, 10
"""Of a disk, and of what a stream and the link pass a second, in MiB."""
MIB = 1024 * 1024
MOST_DOWN, MOST_TOTAL = 2.0, 1.1


def main() -> int:
    """Run the benchmark as the command line asks and print its lines or its JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--servers", type=int, nargs="+", default=[8, 24], metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        os.environ["PUMPHOUSE_HOME"] = home
        found = measure(arguments.servers)
    if arguments.json:
        print(json.dumps(found))
    else:
        print(f"alone      down for {found['alone']:.2f} s")
        for number, ratios in found["servers"].items():
            told = "  ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
            print(f"{number:2d} servers  {told}  (at most {MOST_DOWN}, {MOST_DOWN}, {MOST_TOTAL})")
    return 0 if all(map(is_good, found["servers"].values())) else 1


def is_good(ratios: dict[str, float]) -> bool:
    """Return whether the downtimes are at most what they may be."""
    return max(ratios["median"], ratios["worst"]) <= MOST_DOWN


def measure(numbers: list[int]) -> dict:  # type: ignore[type-arg]
    """Return the downtime of one alone, and the ratios by the number of servers."""
    django.setup()
    call_command("migrate", verbosity=0)
    define_kind()
    alone = max(downtimes(move(1)))
    return {"alone": alone, "servers": {number: ratios(number, alone) for number in numbers}}


def ratios(number: int, alone: float) -> dict[str, float]:
    """Return downtimes and total of so many servers as ratios."""
    chained, together = move(number), move(number, at_once=number)
    down = downtimes(chained)
    return {
        "median": round(median(down) / alone, 2),
        "worst": round(max(down) / alone, 2),
        "total": round(seconds_of(chained) / seconds_of(together), 2),
    }


def define_kind() -> None:
    """Make known a kind of job whose steps take their time; it needs Django to be set up."""
    from dashboard.clients.traffic import ByteLimit
    from dashboard.jobs.kinds import BYTES, JobKind, StepContext, job_kind
    from dashboard.jobs.models import Step

    link = ByteLimit(time.monotonic)

    class Moves(JobKind):
        name = "bench"

        def perform(self, step: Step, context: StepContext) -> None:
            """Take the time of the stage; a copy takes what its stream and the link let pass."""
            if step.action != "copy":
                time.sleep(SECONDS)
                return
            for number in range(1, SIZE // CHUNK + 1):
                time.sleep(max(CHUNK / STREAM, link.seconds_for(CHUNK, LINK)))
                context.progress(number * CHUNK * MIB, SIZE * MIB, BYTES)

    job_kind(Moves.name)  # from now on the registry keeps the class alive


def move(servers: int, *, at_once: int | None = None) -> "Job":
    """Move so many servers, and return the job once it is done; by default the number adapts."""
    from dashboard.jobs.models import Job
    from dashboard.jobs.pacing import pace_following
    from dashboard.jobs.runner import run_job
    from dashboard.jobs.starting import start_job

    job = start_job(
        kind="bench",
        title=f"{servers} servers, {at_once or 'some'} at once",
        subject=f"bench {servers} {time.time()}",
        steps=[step for number in range(servers) for step in chain(number)],
        chains_at_once=at_once,
        pace=None
        if at_once
        else pace_following(Job.objects.exclude(pace=None).first(), most=servers),
    )
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def chain(number: int) -> "list[StepSpec]":
    """Return the steps of a server's cutover."""
    from dashboard.jobs.kinds import StepSpec

    return [
        StepSpec(
            key=f"{number}:{stage}",
            action=stage,
            title=f"{stage.capitalize()} server web-{number}",
            needs=[f"{number}:{STAGES[place - 1]}"] if place else [],
            chain=str(number),
            opens_chain=not place,
        )
        for place, stage in enumerate(STAGES)
    ]


def downtimes(job: "Job") -> list[float]:
    """Return for how long each server was down, in seconds."""
    from dashboard.jobs.report import JobReport

    return JobReport(job).downtimes


def seconds_of(job: "Job") -> float:
    """Return how long a job took."""
    from dashboard.jobs.report import JobReport

    return JobReport(job).seconds or 0.0


if __name__ == "__main__":
    sys.exit(main())
