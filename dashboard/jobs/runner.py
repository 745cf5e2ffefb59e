"""The runner: claims a job's ready steps and runs them on threads until none is left.

Any number of runners, in any number of processes and machines, may run one job. They share only
rows: each step is claimed by one of them, and the steps of a dead one are taken over.
"""

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from dashboard.jobs.chains import claim_in_chains
from dashboard.jobs.claiming import claim_abandoned, claim_ready, ready_steps, unblocked_steps
from dashboard.jobs.finishing import finish_job
from dashboard.jobs.heartbeat import Heartbeat
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job, Runner, Step
from dashboard.jobs.outcomes import record
from dashboard.jobs.queue import enqueue_again
from dashboard.jobs.states import JobState
from dashboard.jobs.step_threads import StepThreads
from dashboard.jobs.step_work import StepWork
from dashboard.jobs.sweeping import living_runners
from dashboard.jobs.this_process import host_name
from dashboard.jobs.transitions import transition_job

TURN_SECONDS = 0.5
LOOK_AROUND_SECONDS = 5.0
NEAR_SECONDS = 30.0
GRACE_SECONDS = 10.0


def run_job(job_id: int) -> None:
    """Run a job until nothing of it is left to do here. Harmless to call at any time.

    This is what a queue task calls. It may return while steps run elsewhere or wait for a distant
    time; the runner that ends the last step, or the sweep, continues the job.
    """
    if job := _take_up(job_id):
        JobRunner(job).run()
    finish_job(job_id)


def _take_up(job_id: int) -> Job | None:
    """Start a job that is queued or whose hold has ended, and return it if it now runs."""
    job = Job.objects.filter(pk=job_id, cancel_requested=False).first()
    if job is None:
        return None
    if job.state == JobState.QUEUED:
        transition_job(job_id, to=JobState.RUNNING, started_at=timezone.now())
    elif job.state == JobState.HELD and job.hold_until and job.hold_until <= timezone.now():
        transition_job(job_id, to=JobState.RUNNING, hold_before=None, hold_until=None)
    return Job.objects.filter(pk=job_id, state=JobState.RUNNING).first()


def _others_wait() -> bool:
    return Job.objects.filter(state=JobState.QUEUED).exists()


class JobRunner:
    """One runner of one job, for as long as there is something to do."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._find_kind = partial(job_kind, job.kind)
        has_chains = job.chains_at_once is not None
        self._claim_more = claim_in_chains if has_chains else claim_ready
        # a chain that may not begin yet waits for others', which may be another runner's
        self._least_pause = TURN_SECONDS if has_chains else 0.01
        self._owner = f"{host_name()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._threads = StepThreads()
        self._at_work: dict[int, StepWork] = {}
        self._heartbeat = Heartbeat(job.pk, owner=self._owner, at_work=self._at_work)
        self._looked_around_at = 0.0
        self._yields = False
        # A plain flag: an Event could deadlock in a signal handler, its lock may be held.
        self._stop_requested = False

    def run(self) -> None:
        """Claim, run and record steps until nothing is ready and nothing runs here.

        A runner that is asked to stop, or that fails, waits a while for its steps to end and puts
        back those that do; the leases of the others run out.
        """
        with self._stopped_by_signal(), self._registered():
            try:
                while self._turn():
                    pass
            finally:
                self._wind_down()

    def _turn(self) -> bool:
        """Claim and record once, and return whether to continue."""
        if self._stop_requested:
            return False
        continues = not (self._heartbeat.cancelled.is_set() or self._yields)
        if continues:
            self._claim()
        if self._at_work:
            self._record_ended(seconds=TURN_SECONDS)
            return True
        return continues and self._wait_for_due_step()

    def _claim(self) -> None:
        if free := self._free_threads():
            steps = self._claim_more(
                self._job_id, owner=self._owner, limit=free, excluding=list(self._at_work)
            )
            self._start(steps)
        if not self._at_work or time.monotonic() - self._looked_around_at > LOOK_AROUND_SECONDS:
            self._look_around()

    def _look_around(self) -> None:
        """Take over the steps of dead runners; ask for another runner when there is more than fits
        here, and stop helping when another job waits for a worker."""
        self._looked_around_at = time.monotonic()
        waiting = _others_wait()
        self._yields = waiting and self._is_helper()
        if free := self._free_threads():
            steps = claim_abandoned(
                self._job_id, owner=self._owner, limit=free, excluding=list(self._at_work)
            )
            self._start(steps)
        elif not waiting and ready_steps(self._job_id).exists():
            enqueue_again(self._job_id)

    def _is_helper(self) -> bool:
        mine = Runner.objects.filter(owner=self._owner).values("pk")
        return living_runners().filter(job_id=self._job_id, pk__lt=mine[:1]).exists()

    def _free_threads(self) -> int:
        return int(settings.STEP_THREADS) - len(self._at_work)

    def _start(self, steps: list[Step]) -> None:
        work = {step.pk: StepWork(step, find_kind=self._find_kind) for step in steps}
        self._at_work.update(work)
        self._threads.run(list(work.values()), at_work=len(self._at_work))

    def _record_ended(self, *, seconds: float) -> None:
        if outcomes := self._threads.take_outcomes(seconds=seconds, at_work=len(self._at_work)):
            record(outcomes, owner=self._owner)
            for outcome in outcomes:
                del self._at_work[outcome.step.pk]

    def _wait_for_due_step(self) -> bool:
        """Wait a moment when a step is due soon, and return whether one is.

        When none is, the worker is free for other jobs.
        """
        waiting = unblocked_steps(self._job_id).only("not_before")
        step = waiting.order_by(F("not_before").asc(nulls_first=True)).first()
        if step is None:
            return False
        seconds = (step.not_before - timezone.now()).total_seconds() if step.not_before else 0.0
        if seconds > NEAR_SECONDS:
            return False
        time.sleep(min(max(seconds, self._least_pause), TURN_SECONDS))
        return True

    def _wind_down(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        for work in list(self._at_work.values()):
            work.stop()
        while self._at_work and time.monotonic() < deadline:
            self._record_ended(seconds=TURN_SECONDS)
        self._threads.close(seconds=TURN_SECONDS)

    @contextmanager
    def _registered(self) -> Iterator[None]:
        """Register this runner as living while inside."""
        runner = Runner.objects.create(
            owner=self._owner,
            host=host_name(),
            process_id=os.getpid(),
            job_id=self._job_id,
            seen_at=timezone.now(),
        )
        try:
            with self._heartbeat:
                yield
        finally:
            runner.delete()

    @contextmanager
    def _stopped_by_signal(self) -> Iterator[None]:
        """Stop in order on SIGTERM, and pass it on to the worker afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.signal(signal.SIGTERM, self._handle_signal)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, previous)
            if self._stop_requested:
                signal.raise_signal(signal.SIGTERM)

    def _handle_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requested = True
