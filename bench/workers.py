#!/usr/bin/env python3
"""Measure how much faster 2 and 4 workers are than one, where each call takes 200 ms on its way.

Runs a job of independent steps, each of which waits for a far cloud, by processes that share its
rows: on their own SQLite file, or on the database in DATABASE_URL. Exits with 1 where 4 workers are
less than 3.2 times as fast as one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

LATENCY = 0.2
STEPS = 240
THREADS = "4"
WORKERS = (1, 2, 4)
LEAST = 3.2


def main() -> int:
    """Run the benchmark as the command line asks, or one worker of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--job", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.job:
        return work(arguments.job)
    with tempfile.TemporaryDirectory(prefix="pumphouse-bench-") as home:
        os.environ |= {"PUMPHOUSE_HOME": home, "PUMPHOUSE_STEP_THREADS": THREADS}
        set_up()
        call_command("migrate", verbosity=0)
        seconds = {number: measure(number) for number in WORKERS}
    ratio = seconds[1] / seconds[4]
    if arguments.json:
        print(json.dumps({"seconds": seconds, "ratio": round(ratio, 2)}))
    else:
        for number, taken in seconds.items():
            print(f"{number} worker{'s' if number > 1 else ' '}  {taken:.2f} s")
        print(f"ratio {ratio:.2f} (at least {LEAST})")
    return 0 if ratio >= LEAST else 1


def set_up() -> None:
    """Set Django up, and make known a kind of job whose steps wait for a far cloud."""
    django.setup()
    from dashboard.jobs.kinds import JobKind, StepContext, job_kind
    from dashboard.jobs.models import Step

    class Far(JobKind):
        name = "bench"

        def perform(self, step: Step, context: StepContext) -> None:
            """Wait as for one call."""
            time.sleep(LATENCY)

    job_kind(Far.name)  # from now on the registry keeps the class alive


def work(job_id: int) -> int:
    """Be one worker: say that it is ready, wait for the word, and run the job."""
    set_up()
    from dashboard.jobs.runner import run_job

    print("ready", flush=True)
    sys.stdin.readline()
    run_job(job_id)
    return 0


def measure(workers: int) -> float:
    """Return the seconds that so many workers take for the job; their start is left out."""
    from dashboard.jobs.kinds import StepSpec
    from dashboard.jobs.models import Job
    from dashboard.jobs.starting import start_job

    steps = [StepSpec(key=str(n), action="call", title=f"Call {n}") for n in range(STEPS)]
    subject = f"bench {workers}"
    job = start_job(kind="bench", title=f"{workers} workers", subject=subject, steps=steps)
    command = [sys.executable, __file__, "--job", str(job.pk)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(workers)]  # type: ignore[call-overload]
    for child in children:
        child.stdout.readline()
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.wait()
    job = Job.objects.get(pk=job.pk)
    if job.state != "done":
        raise SystemExit(f"The job of {workers} workers ended as {job.state}.")
    return (job.finished_at - job.started_at).total_seconds()  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
