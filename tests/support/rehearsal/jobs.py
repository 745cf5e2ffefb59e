"""Start rehearsal jobs, and run their runners in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from dashboard.jobs import kinds
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.starting import start_job
from tests.support.rehearsal.job_kinds import rehearsal

ROOT = Path(__file__).resolve().parents[3]
_subjects = count()

assert rehearsal.Rehearsal in kinds.JobKind.__subclasses__()
# The app is not installed in the tests' own process; its kind is known by its import.
kinds._registry.cache_clear()


def spec(key: str, action: str = "nothing", *, params: dict[str, Any] | None = None, **more: Any):
    return StepSpec(key=key, action=action, title=f"Step {key}", params=params or {}, **more)


def server_chain(name: str, *, then: str = "boot", **halt: Any) -> list[StepSpec]:
    """Return the steps of a server's chain: its halt, and one that follows."""
    return [
        spec(f"halt {name}", chain=name, opens_chain=True, **halt),
        spec(f"{then} {name}", chain=name, needs=[f"halt {name}"]),
    ]


def rehearse(*steps: StepSpec, subject: str = "", **more: Any) -> Job:
    subject = subject or f"subject {next(_subjects)}"
    return start_job(kind="rehearsal", title=f"Job {subject}", subject=subject, steps=steps, **more)


def step_of(job: Job, key: str) -> Step:
    return Step.objects.get(job=job, key=key)


def states(job: Job) -> dict[str, str]:
    return dict(Step.objects.filter(job=job).values_list("key", "state"))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@contextmanager
def process(*arguments: str, home: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m …`` on the database in ``home``; it is killed with its group at the end."""
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **_same_installation(home), **environment},
        start_new_session=True,
    )
    try:
        yield child
    finally:
        kill_group(child)


def _same_installation(home: Path) -> dict[str, str]:
    """Tasks are signed: a process with another key would discard ours."""
    return {"PUMPHOUSE_HOME": str(home), "PUMPHOUSE_SECRET_KEY": settings.SECRET_KEY}


def expire_leases(job: Job) -> None:
    """Expire the leases of the dead now, instead of waiting for it."""
    Step.objects.filter(job=job, state="running").update(lease_until=timezone.now())
    Runner.objects.filter(job=job).delete()


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started, at once."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, 9)
    child.wait()
