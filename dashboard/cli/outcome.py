"""Says how far a job is and how it has ended, and imports nothing that runs jobs."""

from datetime import timedelta

from rich.filesize import decimal as as_size

from dashboard.cli.console import Console
from dashboard.cli.times import local_time
from dashboard.errors import NeedsOperator
from dashboard.jobs.models import Job
from dashboard.jobs.progress import JobProgress, WaitingStep
from dashboard.jobs.states import BROKEN_STEP_STATES, JobState, Phase


def describe(progress: JobProgress) -> str:
    """Return how far a job is, as far as that is known, and what it waits for."""
    settled = progress.done + progress.skipped
    parts = [f"{settled} of {progress.total} steps"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.bytes_done:
        parts.append(f"{as_size(progress.bytes_done)} copied")
    if progress.bytes_per_second:
        parts.append(f"{as_size(int(progress.bytes_per_second))}/s")
    if progress.seconds_left:
        parts.append(f"about {timedelta(seconds=round(progress.seconds_left))} left")
    parts += [_wait(each) for each in progress.waiting[:1]]
    parts += [
        f"“{each.title}” is retried at {local_time(each.at)}: {each.error}"
        for each in progress.retrying[:1]
    ]
    return ", ".join(parts)


def _wait(step: WaitingStep) -> str:
    state = f": it is {step.state}" if step.state else ""
    return f"waits for {step.waiting_for}{state}, since {local_time(step.since)}"


def has_failed(job: Job) -> bool:
    """Return whether a job came to an end that is not its goal."""
    return not job.is_active and job.state != JobState.DONE


def required(job: Job) -> None:
    """Raise ``NeedsOperator`` with what a job failed by, when the command cannot go on without."""
    if has_failed(job):
        step = job.steps.exclude(error="").first()
        raise NeedsOperator(
            step.error if step else f"{job.title}: {job.state}. {job.explanation}",
            fix=step.fix if step else f"See pumphouse status {job.pk}.",
        )


def print_outcome(job: Job, console: Console) -> None:
    """Return in a few lines how a job stands, what is broken and what to do next."""
    if job.state == JobState.HELD and job.hold_before is not None:
        phase = Phase(job.hold_before).label.lower()
        console.print(
            f"Job {job.pk} is held before {phase}. Go on with: pumphouse release {job.pk}"
        )
    elif job.is_active:
        console.print(f"Job {job.pk} is {job.state}. Follow it with: pumphouse status {job.pk} -f")
    else:
        console.print(f"Job {job.pk} {job.title}: {job.state}. {job.explanation}".rstrip())
    for step in job.steps.filter(state__in=BROKEN_STEP_STATES):
        console.print(f"  step {step.pk} {step.title}: {step.error}")
        then = f"Then: pumphouse retry {step.pk}, or pumphouse skip {step.pk} --reason WHY"
        console.print(f"    {' '.join([step.fix, then]).strip()}")
