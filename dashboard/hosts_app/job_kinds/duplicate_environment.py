"""The job that makes an environment of Fuel from another one."""

from dashboard.hosts_app.environments.copying import STEPS
from dashboard.hosts_app.environments.duplicating import COPY_KIND
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.notifications import News, Tone, trouble
from dashboard.jobs.states import JobState


class DuplicateEnvironment(JobKind):
    """Creates the environment, then carries settings and networks, and compares."""

    name = COPY_KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)

    def news(self, job: Job) -> News | None:
        """Report that the environment is there, or what went wrong."""
        if job.state != JobState.DONE:
            return trouble(job, about="environment")
        plan = EnvironmentPlan.objects.get(pk=job.params["environment_plan"])
        sentence = f"Environment {plan.name} was made from {plan.environment}; it has no nodes yet."
        return News(event="environment.duplicated", tone=Tone.GOOD, sentence=sentence)
