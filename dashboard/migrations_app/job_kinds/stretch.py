"""The jobs that join a network across both clouds, look at its gateways, and part it."""

from typing_extensions import override

from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Stretch as StretchRow
from dashboard.migrations_app.models import plan_of
from dashboard.migrations_app.stretch.work import end_empty, perform_step, unhealthy


class GatewayKind(JobKind):
    """A job whose steps are about gateway servers."""

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        perform_step(step, context)


class Stretch(GatewayKind):
    """Makes a pair of gateway servers."""

    name = "stretch"
    permission = Action.STRETCH

    @override
    def on_finished(self, job: Job) -> None:
        """Store that nothing is joined, when nothing was made."""
        end_empty(job)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="stretch")
        stretch = StretchRow.objects.get(pk=job.params["stretch"])
        sentence = f"Network {stretch.network_name} is joined across both clouds."
        return Event(name="stretch.joined", severity=Severity.SUCCESS, sentence=sentence)


class Unstretch(GatewayKind):
    """Removes gateway servers."""

    name = "unstretch"
    permission = Action.UNSTRETCH

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="stretch")
        sentence = f"The networks of {plan_of(job).tenant_name} are parted."
        return Event(name="stretch.parted", severity=Severity.SUCCESS, sentence=sentence)


class WatchStretch(GatewayKind):
    """Looks at gateway servers."""

    name = "watch_stretch"
    permission = Action.WATCH
    is_internal = True

    @override
    def event(self, job: Job) -> Event | None:
        """Return which networks do not join, once after they did."""
        sentence = unhealthy(job)
        if not sentence:
            return None
        return Event(name="stretch.broken", severity=Severity.WARNING, sentence=sentence)
