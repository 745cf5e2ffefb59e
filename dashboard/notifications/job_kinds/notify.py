"""The job that notifies people of an event of another job."""

from typing import ClassVar

from typing_extensions import override

from dashboard.clients.time_limit import within
from dashboard.errors import NeedsOperator, Retryable
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import LogLevel, Step
from dashboard.jobs.roles import Action
from dashboard.notifications.channel import Notification
from dashboard.notifications.sending import KIND, channel_with

LONGEST_PAUSE = 3600.0


class Notify(JobKind):
    """Sends a notification, one step for each channel. It raises no event itself, however it
    ends."""

    name = KIND
    permission = Action.OPERATE
    is_internal = True
    pauses: ClassVar[tuple[float, ...]] = (5.0, 30.0, 120.0, 600.0, 1800.0)
    """Seconds to wait after each attempt: receivers that restart miss nothing."""
    limit: ClassVar[float] = 60.0
    """Seconds that one attempt may take."""

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        channel = channel_with(step.key)
        if channel is None:
            context.log(f"{step.title}: no longer configured.", level=LogLevel.WARNING)
            return
        notification = Notification.stored(step.job.params["notification"])
        try:
            answer = within(self.limit, lambda: channel.send(notification), what=step.title)
        except Retryable as error:
            raise self._retry(error, step, notification) from None
        context.log(f"Sent to {channel.label}: {answer}.", level=LogLevel.SUCCESS)

    def _retry(
        self, error: Retryable, step: Step, notification: Notification
    ) -> Retryable | NeedsOperator:
        """Pause longer each time; a trial reports its first failure at once."""
        if notification.job is None:
            return NeedsOperator(error.sentence, fix=error.fix)
        pause = self.pauses[min(step.attempt, len(self.pauses)) - 1]
        wanted = min(error.retry_after or 0.0, LONGEST_PAUSE)
        return Retryable(error.sentence, fix=error.fix, retry_after=max(pause, wanted))
