"""Steps that record that they ran, wait, or fail in each way in which a step can fail."""

import os
import time
from pathlib import Path

from typing_extensions import override

from dashboard.errors import NeedsOperator, NotFound, Retryable
from dashboard.hooks.calling import call_hook
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import BYTES, JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class Rehearsal(JobKind):
    """``action`` names a method here; ``params["notes"]`` is a file that gets a line per call."""

    name = "rehearsal"
    permission = Action.OPERATE

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if notes := step.params.get("notes"):
            with Path(notes).open("a") as file:
                file.write(f"{step.key} {os.getpid()} {'resumed' if context.resumed else 'new'}\n")
        getattr(self, step.action)(step, context)

    @override
    def on_finished(self, job: Job) -> None:
        if job.params.get("break_at_end"):
            raise RuntimeError("the end broke")
        if finished := job.params.get("finished"):
            with Path(finished).open("a") as file:
                file.write(f"{job.state}\n")

    @override
    def event(self, job: Job) -> Event | None:
        if job.params.get("break_the_event"):
            raise RuntimeError("the event broke")
        if job.state == JobState.DONE and (sentence := job.params.get("event")):
            return Event(name="rehearsal.done", severity=Severity.SUCCESS, sentence=sentence)
        return failure_event(job, about="rehearsal") if job.params.get("event") else None

    def nothing(self, step: Step, context: StepContext) -> None:
        pass

    def hook(self, step: Step, context: StepContext) -> None:
        call_hook(step, context)

    def last(self, step: Step, context: StepContext) -> None:
        time.sleep(step.params["seconds"])

    def wait_for_file(self, step: Step, context: StepContext) -> None:
        while not Path(step.params["file"]).exists():
            context.check()
            time.sleep(0.02)

    def say(self, step: Step, context: StepContext) -> None:
        context.log(step.params["message"])

    def copy(self, step: Step, context: StepContext) -> None:
        for done in range(0, step.params["size"] + 1, step.params["size"] // 4):
            context.progress(done, step.params["size"], BYTES)

    def refuse(self, step: Step, context: StepContext) -> None:
        raise NeedsOperator(
            step.params.get("sentence", "The cloud said no."),
            fix="Raise the quota.",
            request_id="req-1",
        )

    def miss(self, step: Step, context: StepContext) -> None:
        raise NotFound("There is no such image.")

    def stumble(self, step: Step, context: StepContext) -> None:
        """Fail with a temporary fault until the attempt that the parameters name."""
        if step.attempt < step.params["until_attempt"]:
            raise Retryable("The cloud is busy.", retry_after=step.params.get("retry_after"))

    def crash(self, step: Step, context: StepContext) -> None:
        raise ZeroDivisionError(step.params.get("sentence", "a bug"))
