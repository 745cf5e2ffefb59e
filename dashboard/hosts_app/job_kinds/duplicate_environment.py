"""The job that makes an environment of Fuel from another one."""

from dashboard.hosts_app.environments.copying import STEPS
from dashboard.hosts_app.environments.duplicating import COPY_KIND
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState


class DuplicateEnvironment(JobKind):
    """Creates the environment, then carries settings and networks, and compares."""

    name = COPY_KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)

    def event(self, job: Job) -> Event | None:
        """Report that the environment is there, or what went wrong."""
        if job.state != JobState.DONE:
            return failure_event(job, about="environment")
        plan = EnvironmentPlan.objects.get(pk=job.params["environment_plan"])
        sentence = f"Environment {plan.name} was made from {plan.environment}; it has no nodes yet."
        return Event(name="environment.duplicated", severity=Severity.SUCCESS, sentence=sentence)
