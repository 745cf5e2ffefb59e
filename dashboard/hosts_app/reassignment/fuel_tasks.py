"""Starts each Fuel task of a reassignment once, and waits for it.

A record is written before and after the call that starts a task. So a step that resumes after a
crash waits for the same task, and one that is retried after a failed task starts another.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.clients.fuel.task_calls import TaskGone, task_gone
from dashboard.clients.polling import poll_until
from dashboard.errors import Conflict, NeedsOperator, NotFound, Retryable
from dashboard.hosts_app.models import Reassignment
from dashboard.jobs.kinds import StepContext

Given = TypeVar("Given")

OURS = ("deploy", "deployment", "provision")
"""Names of the tasks that Pumphouse starts; an operator may start others meanwhile."""


@dataclass(frozen=True, kw_only=True)
class FuelTasks:
    """The Fuel tasks of one step.

    ``seconds`` is the time limit for each task, and for waiting until Fuel is free.
    """

    fuel: FuelMaster
    record: Reassignment
    environment_id: int
    context: StepContext
    seconds: float

    def run(self, key: str, start: Callable[[], Task]) -> None:
        """Start the task by calling ``start``, unless it was started before, and wait for its end.

        ``key`` identifies the task in the record. Raises ``NeedsOperator`` with Fuel's reason if
        the task fails or does not end, ``TaskGone`` if somebody has stopped it, ``FuelBusy`` if
        Fuel is not free in time, and whatever ``start`` raises.
        """
        task = self._started_before(key) or self.when_free(partial(self._order, key, start))
        self._await(key, task)

    def wait_if_started(self, key: str) -> None:
        """Wait for the task if it was started before; raises as ``run``.

        A task that is gone has ended: whoever calls this has seen that its work is done.
        """
        with suppress(TaskGone):
            if task := self._started_before(key):
                self._await(key, task)

    def _await(self, key: str, task: Task) -> None:
        highest = 0

        def report(now: Task) -> None:
            nonlocal highest  # Fuel's own progress goes down when another node starts
            highest = max(highest, now.progress)
            self.context.progress(highest, 100, "%")

        try:
            self.fuel.wait_for_task(
                task, seconds=self.seconds, check=self.context.check, report=report
            )
        except TaskGone:
            self.forget(key)
            raise
        except NeedsOperator:
            if self._has_failed(task):
                self.forget(key)
            raise

    def _has_failed(self, task: Task) -> bool:
        try:
            return self.fuel.task(task.id).status == "error"
        except NotFound:
            return True

    def forget(self, key: str) -> None:
        """Remove the task from the record, so that the next ``run`` starts another."""
        self.record.tasks.pop(key, None)
        self._save()

    def _started_before(self, key: str) -> Task | None:
        known = self.record.tasks.get(key)
        if known is None:
            return None
        if "id" in known:
            return self._known_task(key, known["id"])
        # The worker died around the call. Fuel runs one task at a time, so the first one since then
        # is ours, or one of somebody else that does the same.
        since = (task for task in self._tasks() if task.id > known["after"])
        task = next((task for task in since if task.name in OURS), None)
        if task:
            self._remember(key, after=known["after"], id=task.id)
            self.context.log(f"Fuel's task {task.id} was started already.")
        return task

    def when_free(self, order: Callable[[], Given]) -> Given:
        """Return what ``order`` returns, which is called once nothing runs in the environment.

        It is called again when Fuel answers that it is busy after all. Raises ``FuelBusy`` at the
        limit, and whatever ``order`` raises.
        """
        waits_for = ""

        def given() -> tuple[Given] | None:
            nonlocal waits_for
            before, waits_for = waits_for, self._what_runs(waits_for)
            if not waits_for:
                try:
                    return (order(),)
                except FuelBusy:
                    waits_for = f"what Fuel does in environment {self.environment_id}"
            if waits_for != before:
                self.context.log(f"Waiting for {waits_for} to end.")
            return None

        try:
            (answer,) = poll_until(
                given, what="Fuel", seconds=self.seconds, check=self.context.check
            )
            return answer
        except NeedsOperator:
            if not waits_for:
                raise  # Fuel has refused the order
            raise FuelBusy(
                f"{waits_for[0].upper()}{waits_for[1:]} is still running after "
                f"{self.seconds / 60:.0f} minutes.",
                fix="Wait until it is done or stop it in Fuel, then retry.",
            ) from None

    def _order(self, key: str, start: Callable[[], Task]) -> Task:
        newest = max((task.id for task in self._tasks()), default=0)
        self._remember(key, after=newest)
        try:
            task = start()
        except (FuelBusy, NeedsOperator, NotFound, Conflict):
            self.forget(key)  # no task was started
            raise
        self._remember(key, after=newest, id=task.id)
        self.context.log(f"Started Fuel's task {task.name} ({task.id}).")
        return task

    def _what_runs(self, before: str) -> str:
        """Return what runs in the environment in words, "" if nothing does.

        While Fuel does not answer, something still runs if something ran ``before``.
        """
        try:
            running = self.fuel.running_tasks(self.environment_id)
        except Retryable:
            if before:
                return before
            raise
        if not running:
            return ""
        first = running[0]
        return f"Fuel's task {first.name} ({first.id}) in environment {self.environment_id}"

    def _tasks(self) -> list[Task]:
        return [task for task in self.fuel.tasks(self.environment_id) if task.parent_id is None]

    def _known_task(self, key: str, task_id: int) -> Task:
        try:
            return self.fuel.task(task_id)
        except NotFound:
            self.forget(key)
            raise task_gone(task_id) from None

    def _remember(self, key: str, **known: int) -> None:
        self.record.tasks[key] = known
        self._save()

    def _save(self) -> None:
        self.record.save(update_fields=["tasks"])
