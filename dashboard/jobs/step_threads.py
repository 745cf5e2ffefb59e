"""The threads of a runner.

Not ``concurrent.futures``: the interpreter waits for its threads at exit, so a step that ignores
a stop would keep a stopped worker alive; and each thread must close its own database connections.
"""

import threading
import time
from contextlib import suppress
from queue import Empty, SimpleQueue

from django.db import close_old_connections, connections

from dashboard.jobs.outcomes import Outcome
from dashboard.jobs.step_work import StepWork

CLOSELY_SECONDS = 0.01


class StepThreads:
    """Runs step work on threads that are started when needed."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[StepWork | None] = SimpleQueue()
        self._ended: SimpleQueue[Outcome] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def run(self, work: list[StepWork], *, at_work: int) -> None:
        """Start the work on as many threads as ``at_work``, which is all that then runs."""
        while len(self._threads) < at_work:
            thread = threading.Thread(target=self._serve, daemon=True, name="step")
            thread.start()
            self._threads.append(thread)
        for each in work:
            self._waiting.put(each)

    def take_outcomes(self, *, seconds: float, at_work: int) -> list[Outcome]:
        """Return all outcomes so far; wait for the first one for up to ``seconds``.

        Those that follow it closely are among them: to record and claim once costs the database
        and us as much for one step as for many. Once all ``at_work`` have ended, none follows.
        """
        outcomes: list[Outcome] = []
        with suppress(Empty):
            outcomes.append(self._ended.get(timeout=seconds))
            while len(outcomes) < at_work:
                outcomes.append(self._ended.get(timeout=CLOSELY_SECONDS))
        return outcomes

    def close(self, *, seconds: float) -> None:
        """End idle threads. A step that still runs after ``seconds`` is left behind."""
        for _ in self._threads:
            self._waiting.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def _serve(self) -> None:
        try:
            for work in iter(self._waiting.get, None):
                self._ended.put(work.run())
                # a thread that ended here would still count as one, and take no more work
                with suppress(Exception):
                    close_old_connections()
        finally:
            connections.close_all()
