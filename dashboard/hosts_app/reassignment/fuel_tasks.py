"""Starts each Fuel task of a reassignment once, and waits for it.

A record is written before and after the call that starts a task. So a step that resumes after a
crash waits for the same task, and one that is retried after a failed task starts another.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.clients.openstack import poll_until
from dashboard.errors import NeedsOperator, NotFound, Retryable
from dashboard.hosts_app.models import Reassignment
from dashboard.jobs.kinds import StepContext

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
        the task fails or does not end, ``FuelBusy`` if Fuel is not free in time, and whatever
        ``start`` raises.
        """
        self._await(key, self._started_before(key) or self._start(key, start))

    def wait_if_started(self, key: str) -> None:
        """Wait for the task if it was started before; raises as ``run``."""
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
        except NeedsOperator:
            if self.fuel.task(task.id).status == "error":
                self.forget(key)
            raise

    def forget(self, key: str) -> None:
        """Remove the task from the record, so that the next ``run`` starts another."""
        self.record.tasks.pop(key, None)
        self._save()

    def _started_before(self, key: str) -> Task | None:
        known = self.record.tasks.get(key)
        if known is None:
            return None
        if "id" in known:
            return self._task(known["id"])
        # The worker died around the call. Fuel runs one task at a time, so the first one since then
        # is ours, or one of somebody else that does the same.
        since = (task for task in self._tasks() if task.id > known["after"])
        task = next((task for task in since if task.name in OURS), None)
        if task:
            self._remember(key, after=known["after"], id=task.id)
            self.context.log(f"Fuel's task {task.id} was started already.")
        return task

    def _start(self, key: str, start: Callable[[], Task]) -> Task:
        self._await_free()
        newest = max((task.id for task in self._tasks()), default=0)
        self._remember(key, after=newest)
        try:
            task = start()
        except (FuelBusy, NeedsOperator):
            self.forget(key)  # no task was started
            raise
        self._remember(key, after=newest, id=task.id)
        self.context.log(f"Started Fuel's task {task.name} ({task.id}).")
        return task

    def _await_free(self) -> None:
        """Wait until nothing runs in the environment. Raises ``FuelBusy`` at the limit."""
        running = self.fuel.running_tasks(self.environment_id)
        if not running:
            return
        first = running[0]
        what = f"Fuel's task {first.name} ({first.id}) in environment {self.environment_id}"
        self.context.log(f"Waiting for {what} to end.")
        try:
            poll_until(self._is_free, what=what, seconds=self.seconds, check=self.context.check)
        except NeedsOperator:
            raise FuelBusy(
                f"{what} is still running after {self.seconds / 60:.0f} minutes.",
                fix="Wait until it is done or stop it in Fuel, then retry.",
            ) from None

    def _is_free(self) -> bool | None:
        try:
            return None if self.fuel.running_tasks(self.environment_id) else True
        except Retryable:
            return None

    def _tasks(self) -> list[Task]:
        return [task for task in self.fuel.tasks(self.environment_id) if task.parent_id is None]

    def _task(self, task_id: int) -> Task | None:
        try:
            return self.fuel.task(task_id)
        except NotFound:
            return None

    def _remember(self, key: str, **known: int) -> None:
        self.record.tasks[key] = known
        self._save()

    def _save(self) -> None:
        self.record.save(update_fields=["tasks"])
