"""A runner's heartbeat: renews its leases and notices when the job is cancelled."""

import logging
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection, connections

from dashboard.jobs.call_counts import call_counts
from dashboard.jobs.claiming import renew_leases
from dashboard.jobs.data_streams import shared_streams
from dashboard.jobs.models import Job
from dashboard.jobs.step_work import StepWork

BEAT_SECONDS = 0.5
RENEW_SECONDS = 5.0
TELL_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Heartbeat:
    """A thread beside a runner that stops steps whose lease is lost or whose job is cancelled, and
    stores what this process has counted.

    ``cancelled`` is set for the runner itself. ``at_work`` is the runner's own table of what runs,
    by the id of the step.
    """

    def __init__(self, job_id: int, *, owner: str, at_work: dict[int, StepWork]) -> None:
        self.cancelled = threading.Event()
        self._job_id = job_id
        self._owner = owner
        self._at_work = at_work
        self._over = threading.Event()
        self._renewed_at = self._told_at = time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heartbeat")

    def __enter__(self) -> Self:
        self._renewed_at = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            try:
                self._look_for_cancel()
                self._renew()
                self._tell()
            except DatabaseError as error:
                logger.warning(
                    "Lost the database for a heartbeat of job %s: %s", self._job_id, error
                )
                connection.close()
            self._stop_expired()
        with suppress(DatabaseError):  # the next one stores it
            call_counts.store()
        connections.close_all()

    def _tell(self) -> None:
        """Store now and then what this process has counted, and which data streams it has."""
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            self._told_at = time.monotonic()
            shared_streams.renew()
            call_counts.store()

    def _look_for_cancel(self) -> None:
        if Job.objects.filter(pk=self._job_id, cancel_requested=False).exists():
            return
        self.cancelled.set()
        self._stop_all()

    def _renew(self) -> None:
        """Renew the leases in time, and stop the steps that another runner has taken over."""
        if time.monotonic() - self._renewed_at < min(RENEW_SECONDS, _lease_seconds() / 4):
            return
        running = dict(self._at_work)
        begun = time.monotonic()
        mine = renew_leases(self._job_id, owner=self._owner)
        self._renewed_at = begun
        for step_id in running.keys() - mine:
            running[step_id].stop()

    def _stop_expired(self) -> None:
        """Stop everything once the leases ran out: others may run the same steps by now."""
        if time.monotonic() - self._renewed_at > _lease_seconds():
            self._stop_all()

    def _stop_all(self) -> None:
        for work in list(self._at_work.values()):
            work.stop()


def _lease_seconds() -> int:
    return int(settings.STEP_LEASE_SECONDS)
