"""The states of jobs and steps, and the only transitions that are allowed.

Failed means that another system refused and the operator can act; errored means a bug in Pumphouse.
"""

from django.db import models


class JobState(models.TextChoices):
    """The state of a job."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    HELD = "held", "Held"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    ERRORED = "errored", "Errored"
    CANCELLED = "cancelled", "Cancelled"


class StepState(models.TextChoices):
    """The state of a step."""

    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    ERRORED = "errored", "Errored"
    SKIPPED = "skipped", "Skipped"


class Phase(models.IntegerChoices):
    """When a step runs, in this order; an operator may hold a job before a phase."""

    PREPARE = 10, "Prepare"
    CUTOVER = 20, "Cutover"
    COMPLETE = 30, "Complete"


ACTIVE_JOB_STATES = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.HELD})
FINISHED_STEP_STATES = frozenset({StepState.DONE, StepState.SKIPPED})
BROKEN_STEP_STATES = frozenset({StepState.FAILED, StepState.ERRORED})

JOB_TRANSITIONS: dict[str, frozenset[str]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.HELD, JobState.DONE, JobState.FAILED, JobState.ERRORED, JobState.CANCELLED}
    ),
    JobState.HELD: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.FAILED: frozenset({JobState.RUNNING}),
    JobState.ERRORED: frozenset({JobState.RUNNING}),
    JobState.CANCELLED: frozenset({JobState.RUNNING}),
    JobState.DONE: frozenset(),
}

STEP_TRANSITIONS: dict[str, frozenset[str]] = {
    StepState.PENDING: frozenset({StepState.RUNNING, StepState.SKIPPED}),
    # back to pending: a temporary fault is retried later, or the job was cancelled meanwhile
    StepState.RUNNING: frozenset(
        {StepState.DONE, StepState.FAILED, StepState.ERRORED, StepState.PENDING}
    ),
    StepState.FAILED: frozenset({StepState.PENDING, StepState.SKIPPED}),
    StepState.ERRORED: frozenset({StepState.PENDING, StepState.SKIPPED}),
    StepState.DONE: frozenset(),
    StepState.SKIPPED: frozenset(),
}


def sources(transitions: dict[str, frozenset[str]], target: str) -> list[str]:
    """Return the states from which ``target`` may be reached, for a compare-and-set."""
    return [state for state, targets in transitions.items() if target in targets]
