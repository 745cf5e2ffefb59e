"""One of several processes whose jobs share limits: of each thing, one alone may be under way.

It fails when it is not alone. ``make`` prints the numbers of the two jobs.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.rehearsal.settings"
django.setup()

ROUNDS = 25
PAUSE = 0.002
AWHILE = timedelta(seconds=1)


def make(_folder: Path) -> None:
    """Start two jobs of one group, each with ``ROUNDS`` chains."""
    from dashboard.jobs.models import Job, JobGroup
    from dashboard.jobs.states import JobState
    from tests.support.rehearsal.jobs import rehearse, spec

    group = JobGroup.objects.create(name=f"group {os.getpid()}", chains_at_once=1, streams=1)
    chains = [spec(f"halt {n}", chain=str(n), opens_chain=True) for n in range(ROUNDS)]
    subjects = [f"{os.getpid()} {number}" for number in range(2)]
    jobs = [rehearse(*chains, subject=subject, chains_at_once=9).pk for subject in subjects]
    Job.objects.filter(pk__in=jobs).update(group=group, state=JobState.RUNNING)
    print(json.dumps(jobs))


def copy(folder: Path, job_id: int) -> None:
    """Open one data stream after the other."""
    for _ in range(ROUNDS):
        with stream(job_id), alone(folder):
            pass


def die(_folder: Path, job_id: int) -> None:
    """Be killed within a data stream, and have been silent for a while already."""
    from django.utils import timezone

    from dashboard.jobs.models import DataStream
    from dashboard.jobs.sweeping import SILENT_AFTER

    with stream(job_id):
        DataStream.objects.update(seen_at=timezone.now() - SILENT_AFTER - AWHILE)
        os.kill(os.getpid(), signal.SIGKILL)


def halt(folder: Path, job_id: int) -> None:
    """Go through the chains of a job."""
    from dashboard.jobs.chains import claim_in_chains
    from dashboard.jobs.models import Step
    from dashboard.jobs.outcomes import done, record
    from dashboard.jobs.states import StepState

    owner = str(os.getpid())
    while Step.objects.filter(job=job_id).exclude(state=StepState.DONE).exists():
        steps = claim_in_chains(job_id, owner=owner, limit=5, excluding=[])
        for step in steps:
            with alone(folder):
                pass
            record([done(step)], owner=owner)
        if not steps:
            time.sleep(PAUSE)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raise ``FileExistsError`` if another process is inside, too."""
    path = folder / "alone"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    time.sleep(PAUSE)
    yield
    path.unlink()


@contextmanager
def stream(job_id: int) -> Iterator[None]:
    """Have a data stream of a job while inside."""
    from dashboard.clients.cloud_limits import CloudLimits
    from dashboard.clients.stream_book import streams_in
    from dashboard.clients.traffic import End, Traffic
    from dashboard.jobs.data_streams import limit_of_job, shared_streams

    ends = End(name="old", limits=CloudLimits), End(name="new", limits=CloudLimits)
    traffic = Traffic(pause=lambda _seconds: time.sleep(PAUSE))
    with (
        streams_in(shared_streams, find_limit=partial(limit_of_job, job_id)),
        traffic.stream(*ends, lambda: None),
    ):
        yield


ACTS: dict[str, Callable[..., None]] = {"make": make, "copy": copy, "die": die, "halt": halt}

if __name__ == "__main__":
    ACTS[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))
