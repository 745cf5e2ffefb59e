"""Job templates of AWX and of Ansible's automation controller."""

import json
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.hooks.base import Call
from dashboard.clients.hooks.job_templates import VARIABLE, JobTemplate, Json
from dashboard.errors import NeedsOperator

API = "/api/v2"
BAD = frozenset({"failed", "error", "canceled"})
MOST_JOBS = 200


class Awx(JobTemplate):
    """A job template of AWX: launched, and looked at until its job has ended.

    Its job is known by the call's id in its extra variables, so that the template has to prompt for
    variables.
    """

    name: ClassVar[str] = "awx"
    label = "AWX"

    @override
    def start(self, call: Call) -> str:
        path = f"{API}/job_templates/{self.template}/launch/"
        if not self.ask("GET", path).get("ask_variables_on_launch"):
            raise NeedsOperator(
                f"Template {self.template} of {self.what} does not take variables.",
                fix="Tick “Prompt on launch” beside the variables of the template.",
            )
        job = self.ask("POST", path, {"extra_vars": self.variables_of(call)})
        return str(job["id"])

    @override
    def find(self, call: Call) -> str | None:
        path = f"{API}/job_templates/{self.template}/jobs/?order_by=-id&page_size={MOST_JOBS}"
        jobs = self.ask("GET", path)["results"]
        return next((str(job["id"]) for job in jobs if _call_of(job) == call.id), None)

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        job = self.ask("GET", f"{API}/jobs/{reference}/")
        return self.read_state(job, good="successful", bad=BAD)


def _call_of(job: Json) -> str:
    """Return the id of the call that a job was launched by, "" if by none."""
    try:
        variables = json.loads(job.get("extra_vars") or "{}")
    except ValueError:  # written by hand, as YAML
        return ""
    call = variables.get(VARIABLE) if isinstance(variables, dict) else None
    return str(call.get("call", "")) if isinstance(call, dict) else ""
