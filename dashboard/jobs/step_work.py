"""One step that runs in a thread: what the engine offers to it, and how its end is reported."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial

from django.utils import timezone

from dashboard import secrets
from dashboard.clients.stream_book import streams_in
from dashboard.clients.waits import told_to
from dashboard.errors import Cancelled
from dashboard.jobs import outcomes
from dashboard.jobs.data_streams import limit_of_job, shared_streams
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.log import write_log
from dashboard.jobs.models import LogLevel, Step
from dashboard.jobs.outcomes import Outcome
from dashboard.jobs.transitions import retried

SECONDS_BETWEEN_WRITES = 1.0


class StepWork:
    """A claimed step: ``run`` runs it in the calling thread, ``stop`` asks it to end soon."""

    def __init__(self, step: Step, *, find_kind: Callable[[], JobKind]) -> None:
        self.step = step
        self._find_kind = find_kind
        self._stopping = threading.Event()
        self._progress: tuple[int, int, str] | None = None
        self._written_at = 0.0

    def stop(self) -> None:
        """Make the step's next ``check`` raise ``Cancelled``."""
        self._stopping.set()

    def run(self) -> Outcome:
        """Run the step. Never raises: whatever goes wrong is in the outcome."""
        try:
            with told_to(self._store_wait), self._streams():
                self._find_kind().perform(self.step, self._context())
            self._write_progress()
        except BaseException as error:
            return self._outcome_of(error)
        return outcomes.done(self.step)

    def _streams(self) -> AbstractContextManager[None]:
        find_limit = partial(limit_of_job, self.step.job_id)
        return streams_in(shared_streams, find_limit=find_limit)

    def _outcome_of(self, error: BaseException) -> Outcome:
        try:
            return outcomes.outcome_of(error, self.step, stopping=self._stopping.is_set())
        except BaseException as another:  # as by an error that has no text
            return outcomes.errored_without_text(self.step, error, another)

    def _context(self) -> StepContext:
        return StepContext(
            log=self._log,
            progress=self._report,
            check=self._check,
            resumed=self.step.resumed,
            advanced=self._advance,
        )

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Cancelled

    def _log(self, message: str, *, level: LogLevel = LogLevel.INFO) -> None:
        write_log(self.step.job_id, message, level=level, step=self.step)

    def _advance(self) -> None:
        """Count attempts anew: a step that gets on is not what kills its workers."""
        mine = Step.objects.filter(pk=self.step.pk, lease_owner=self.step.lease_owner)
        retried(lambda: mine.update(attempt=1))
        self.step.attempt = 1

    def _report(self, done: int, total: int, unit: str) -> None:
        self._progress = done, total, unit
        if time.monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES:
            self._write_progress()

    def _store_wait(self, what: str, state: str, seconds: float) -> None:
        """Store what the step waits for; nothing once it waits no longer."""
        since = timezone.now() - timedelta(seconds=seconds) if what else None
        mine = Step.objects.filter(pk=self.step.pk, lease_owner=self.step.lease_owner)
        retried(
            lambda: mine.update(
                waiting_for=secrets.mask(what)[:250],
                waiting_state=state[:80],
                waiting_since=since,
            )
        )

    def _write_progress(self) -> None:
        """Store the latest progress, unless another runner has the lease by now."""
        if self._progress is None:
            return
        done, total, unit = self._progress
        mine = Step.objects.filter(pk=self.step.pk, lease_owner=self.step.lease_owner)
        now = timezone.now()
        retried(
            lambda: mine.update(
                progress_done=done, progress_total=total, progress_unit=unit, progress_at=now
            )
        )
        self._progress, self._written_at = None, time.monotonic()
