"""The job that tells people the news of another job."""

from typing import ClassVar

from dashboard.errors import NeedsOperator, Retryable
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import LogLevel, Step
from dashboard.notifications.channel import Notice
from dashboard.notifications.telling import KIND, channel_with
from dashboard.notifications.time_limit import within

LONGEST_PAUSE = 3600.0


class Notify(JobKind):
    """Sends a notice through one channel in each step. It has no news itself, however it ends."""

    name = KIND
    is_internal = True
    pauses: ClassVar[tuple[float, ...]] = (5.0, 30.0, 120.0, 600.0, 1800.0)
    """Seconds to wait after each attempt: receivers that are restarted miss nothing."""
    limit: ClassVar[float] = 60.0
    """Seconds that one attempt may take."""

    def perform(self, step: Step, context: StepContext) -> None:
        """Send it; a channel that is no longer configured has nobody to tell."""
        channel = channel_with(step.key)
        if channel is None:
            context.log(f"{step.title}: it is no longer configured.", level=LogLevel.WARNING)
            return
        notice = Notice.stored(step.job.params["notice"])
        try:
            answer = within(self.limit, lambda: channel.tell(notice), what=step.title)
        except Retryable as error:
            raise self._later(error, step, notice) from None
        context.log(f"Told {channel.label}: {answer}.", level=LogLevel.SUCCESS)

    def _later(self, error: Retryable, step: Step, notice: Notice) -> Retryable | NeedsOperator:
        """Try again after a longer pause each time; a trial is told at once how it went."""
        if notice.job is None:
            return NeedsOperator(error.sentence, fix=error.fix)
        pause = self.pauses[min(step.attempt, len(self.pauses)) - 1]
        wanted = min(error.retry_after or 0.0, LONGEST_PAUSE)
        return Retryable(error.sentence, fix=error.fix, retry_after=max(pause, wanted))
