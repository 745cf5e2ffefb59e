"""Gives Fuel each order of a reassignment once, and waits for its task.

What was ordered is written down before and after the call. A step that goes on after a crash so
waits for the same task; one that is tried again after Fuel failed orders anew.
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
"""Names of the tasks that our orders start; an operator may start others meanwhile."""


@dataclass(frozen=True, kw_only=True)
class FuelTasks:
    """The orders of one step. ``seconds`` is the limit for Fuel to be free, and for each task."""

    fuel: FuelMaster
    record: Reassignment
    environment_id: int
    context: StepContext
    seconds: float

    def run(self, key: str, order: Callable[[], Task]) -> None:
        """Wait for the task of the order, which ``give`` gives unless it was given before.

        Raises NeedsOperator with Fuel's reason when the task fails or does not end, ``FuelBusy``
        when Fuel is not free in time; what ``give`` raises is passed on.
        """
        self._await(key, self._started_before(key) or self._start(key, order))

    def wait_if_started(self, key: str) -> None:
        """Wait for the task of the order if it was given before; raises as ``run``."""
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
        """Have the order be given anew the next time."""
        self.record.tasks.pop(key, None)
        self._save()

    def _started_before(self, key: str) -> Task | None:
        known = self.record.tasks.get(key)
        if known is None:
            return None
        if "id" in known:
            return self._task(known["id"])
        # The worker died around the order. Fuel takes one at a time, so that the first one since
        # then is ours, or another's that does the same.
        since = (task for task in self._tasks() if task.id > known["after"])
        task = next((task for task in since if task.name in OURS), None)
        if task:
            self._remember(key, after=known["after"], id=task.id)
            self.context.log(f"Found the order given already: Fuel's task {task.id}.")
        return task

    def _start(self, key: str, order: Callable[[], Task]) -> Task:
        self._await_free()
        newest = max((task.id for task in self._tasks()), default=0)
        self._remember(key, after=newest)
        try:
            task = order()
        except (FuelBusy, NeedsOperator):
            self.forget(key)  # it was not taken
            raise
        self._remember(key, after=newest, id=task.id)
        self.context.log(f"Gave Fuel the order: its task {task.name} ({task.id}).")
        return task

    def _await_free(self) -> None:
        """Wait until nothing runs in the environment. Raises ``FuelBusy`` at the limit."""
        running = self.fuel.running_tasks(self.environment_id)
        if not running:
            return
        first = running[0]
        what = f"Fuel's task {first.name} ({first.id}) in environment {self.environment_id}"
        self.context.log(f"Wait for {what} to end: Fuel takes no order meanwhile.")
        try:
            poll_until(self._is_free, what=what, seconds=self.seconds, check=self.context.check)
        except NeedsOperator:
            raise FuelBusy(
                f"{what} still runs after {self.seconds / 60:.0f} minutes.",
                fix="Wait until it is done, or stop it in Fuel; then retry.",
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
