"""Runs a job in this process and shows it until it ends.

Workers of ``pumphouse up`` may run the same job at the same time: leases make that harmless, and
without any worker the command still does its job.
"""

import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress

from django.db import connections

from dashboard.cli.command import FAILED, OK
from dashboard.cli.console import Console
from dashboard.cli.outcome import has_failed, print_outcome
from dashboard.cli.progress_display import display_on
from dashboard.cli.serializers import Json, serialize_job
from dashboard.errors import BadInput, Conflict
from dashboard.jobs.interrupted import is_interrupted
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel
from dashboard.jobs.requester import CLI
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState
from dashboard.jobs.waiting import wait_for_job
from dashboard.notifications.sending import notifications_of

PAUSE_SECONDS = 1.0
ENDING_SECONDS = 15.0
RUNNABLE_STATES = (JobState.QUEUED, JobState.RUNNING)


def add_detach(parser: ArgumentParser) -> None:
    """Add the option that leaves the job to the workers."""
    parser.add_argument(
        "--detach", action="store_true", help="leave the job to the workers of pumphouse up"
    )


def follow(job: Job, console: Console, *, run: bool = True) -> Job:
    """Show a job until it ends or is held, and return it as it then is; also ``run`` it here.

    Ctrl-C asks the job to be cancelled and waits for its running steps; a second one leaves.
    """
    running = _running(job) if run else nullcontext()
    with display_on(console.progress, job) as display, running:
        try:
            return wait_for_job(job, on_change=display.update)
        except KeyboardInterrupt:
            if not run:
                raise
            display.note("Cancelling: running steps come to a stop. Ctrl-C again leaves at once.")
            with suppress(BadInput):  # it ended in the same moment
                cancel(job, requester=CLI)
            return wait_for_job(job, on_change=display.update)


def started(start: Callable[[], Job], console: Console, *, kind: str) -> Job:
    """Return the job that ``start`` starts, after ending what an interrupted command has left.

    That is a job of the same kind that nobody runs any more; it is run here to its end. Raises
    ``Conflict`` where somebody is at work on the same subject, and what ``start`` raises.
    """
    try:
        return start()
    except Conflict as conflict:
        left = Job.objects.filter(pk=conflict.job or 0, kind=kind).first()
        if left is None or not is_interrupted(left):
            raise
    console.print(f"“{left.title}” (job {left.pk}) was interrupted: it is continued first.")
    follow(left, console)
    return start()


def follow_and_report(
    job: Job, options: Namespace, console: Console, *, document: Callable[[], Json] | None = None
) -> int:
    """Follow a job unless told to detach, say how it ended, and return the exit code.

    ``document`` returns what is printed beside the job with ``--json``.
    """
    ended = job if getattr(options, "detach", False) else follow(job, console)
    print_outcome(ended, console)
    console.print_json({"job": serialize_job(ended), **(document() if document else {})})
    return FAILED if has_failed(ended) else OK


@contextmanager
def _running(job: Job) -> Iterator[None]:
    """Run the job on a thread while inside."""
    # A daemon: when the operator leaves at once, leases end by themselves and others take over.
    thread = threading.Thread(target=_run_until_ended, args=[job.pk], daemon=True)
    thread.start()
    yield
    thread.join(ENDING_SECONDS)


def _run_until_ended(job_id: int) -> None:
    """Run it again and again: a runner leaves when the next step is not due for a while. Then send
    its notifications, each once."""
    try:
        run_job(job_id)
        while Job.objects.filter(pk=job_id, state__in=RUNNABLE_STATES).exists():
            time.sleep(PAUSE_SECONDS)
            run_job(job_id)
        for notification in notifications_of(job_id).filter(state=JobState.QUEUED):
            run_job(notification.pk)
    finally:
        connections.close_all()
