"""The job that creates an environment of Fuel from another one."""

from typing_extensions import override

from dashboard.hosts_app.environments.copying import STEPS
from dashboard.hosts_app.environments.duplicating import COPY_KIND
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class DuplicateEnvironment(JobKind):
    """Creates the environment, copies settings and networks, and compares it with the plan."""

    name = COPY_KIND
    permission = Action.REASSIGN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        STEPS[step.action](step, context)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="environment")
        plan = EnvironmentPlan.objects.get(pk=job.params["environment_plan"])
        sentence = (
            f"Environment {plan.name} was created from {plan.environment}; it has no nodes yet."
        )
        return Event(name="environment.duplicated", severity=Severity.SUCCESS, sentence=sentence)
