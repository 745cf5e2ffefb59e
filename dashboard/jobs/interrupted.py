"""Jobs that were interrupted: by their rows they run, and nobody runs them."""

import os

from django.db.models import Exists, OuterRef

from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.sweeping import living_runners
from dashboard.jobs.this_process import host_name


def is_interrupted(job: Job) -> bool:
    """Return whether a step of the job was begun and no runner of the job is alive.

    A runner that died elsewhere is known by its silence; one of this machine at once, because its
    process is gone. Somebody who runs the job takes the step over when its lease has run out.
    """
    begun = Step.objects.filter(job=OuterRef("pk"), state=StepState.RUNNING)
    if not Job.objects.filter(Exists(begun), pk=job.pk, state=JobState.RUNNING).exists():
        return False
    return not any(_is_alive(runner) for runner in living_runners().filter(job=job))


def _is_alive(runner: Runner) -> bool:
    if runner.host != host_name():
        return True
    try:
        os.kill(runner.process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        return True
    return True
