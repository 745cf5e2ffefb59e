"""Task templates of Semaphore UI."""

import json
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.hooks.base import Call
from dashboard.clients.hooks.job_templates import JobTemplate
from dashboard.clients.yaml_sections import Section

BAD = frozenset({"error", "stopped", "rejected"})


class Semaphore(JobTemplate):
    """A template of a project of Semaphore: its task is known by the call's id in its message."""

    name: ClassVar[str] = "semaphore"
    label = "Semaphore"
    keys = JobTemplate.keys | {"project"}

    def __init__(self, section: Section) -> None:
        super().__init__(section)
        self.project = section.number("project", default=0, least=1)
        if not self.project:
            raise section.missing("project")

    @property
    def _path(self) -> str:
        return f"/api/project/{self.project}"

    @override
    def start(self, call: Call) -> str:
        task = {
            "template_id": self.template,
            "message": _message(call),
            "environment": json.dumps(self.variables_of(call)),
        }
        return str(self.ask("POST", f"{self._path}/tasks", task)["id"])

    @override
    def find(self, call: Call) -> str | None:
        tasks = self.ask("GET", f"{self._path}/templates/{self.template}/tasks/last") or []
        mine = (task for task in tasks if task.get("message") == _message(call))
        return next((str(task["id"]) for task in mine), None)

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        task = self.ask("GET", f"{self._path}/tasks/{reference}")
        return self.read_state(task, good="success", bad=BAD)


def _message(call: Call) -> str:
    return f"Pumphouse {call.id}"
