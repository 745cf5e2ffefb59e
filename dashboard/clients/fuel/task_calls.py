"""The calls of a Fuel master about its tasks: what starts them, and waiting for their end."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.clients.fuel.connection import FuelConnection
from dashboard.clients.fuel.objects import Task
from dashboard.errors import NeedsOperator, NotFound, Retryable

POLL_SECONDS = 1.0


class TaskGone(NeedsOperator):
    """The task is no longer in Fuel, which deletes the tasks that it stops."""


def task_gone(task_id: int, *, name: str = "") -> TaskGone:
    """Return the error about a task that is no longer there."""
    named = f"{name} ({task_id})" if name else str(task_id)
    return TaskGone(
        f"Fuel's task {named} was stopped in Fuel by somebody.",
        fix="A retry starts it again.",
    )


class TaskCalls:
    """The calls about tasks."""

    _connection: FuelConnection
    _environments: Any

    def deploy_changes(self, environment_id: int) -> Task:
        """Do all that is pending in an environment.

        Since Fuel 9.0 this runs the deployment on all its other nodes too.
        """
        return self._order(f"clusters/{environment_id}/changes")

    def provision(self, environment_id: int, node_ids: Sequence[int]) -> Task:
        """Install the operating system on these nodes and on no others."""
        return Task.of(self._environments.provision_nodes(environment_id, node_ids))

    def deploy(self, environment_id: int, node_ids: Sequence[int]) -> Task:
        """Deploy OpenStack on these provisioned nodes and on no others."""
        return Task.of(self._environments.deploy_nodes(environment_id, node_ids))

    def tasks(self, environment_id: int) -> list[Task]:
        """Return the tasks of an environment, in the order of their ids."""
        found = self._connection.get_request("tasks/", params={"cluster_id": environment_id})
        return sorted((Task.of(data) for data in found), key=lambda task: task.id)

    def running_tasks(self, environment_id: int) -> list[Task]:
        """Return what Fuel does in an environment just now; it takes no order meanwhile."""
        return [task for task in self.tasks(environment_id) if not task.is_over]

    def task(self, task_id: int) -> Task:
        """Return one task as it is now. Raises NotFound."""
        return Task.of(self._connection.get_request(f"tasks/{task_id}"))

    def wait_for_task(
        self,
        task: Task,
        *,
        seconds: float,
        check: Callable[[], None] = lambda: None,
        report: Callable[[Task], None] = lambda task: None,
    ) -> Task:
        """Wait until a task is done and return it.

        ``check`` is called between and may raise; ``report`` is given each state, for the
        progress. A master that does not answer now and then is asked again until ``seconds`` are
        over. Raises NeedsOperator with Fuel's reason when the task fails or does not end,
        ``TaskGone`` when somebody stops it.
        """
        deadline = time.monotonic() + seconds
        while not task.is_over:
            check()
            if time.monotonic() > deadline:
                raise NeedsOperator(
                    f"Fuel's task {task.name} ({task.id}) is at {task.progress} % after "
                    f"{seconds:.0f} s.",
                    fix="Check the environment in Fuel; retry when the task is done.",
                )
            time.sleep(POLL_SECONDS)
            task = self._task_again(task)
            report(task)
        if task.status == "error":
            reason = task.message.rstrip(".") or "without reason"
            raise NeedsOperator(
                f"Fuel's task {task.name} ({task.id}) failed: {reason}.",
                fix="Fix it in Fuel, whose logs say more, then retry.",
            )
        return task

    def _order(self, path: str) -> Task:
        return Task.of(self._connection.put_request(path, {}))

    def _task_again(self, task: Task) -> Task:
        try:
            return self.task(task.id)
        except Retryable:
            return task
        except NotFound:
            raise task_gone(task.id, name=task.name) from None
