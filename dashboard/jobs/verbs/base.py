"""What the verbs of one server of a job share, and which there are."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.states import BROKEN_STEP_STATES
from dashboard.jobs.verb import Verb, verbs_of


class ServerVerb(Verb[JobServer]):
    """A verb of one server of a job. Its answer is that job."""

    kind = "execute"

    @override
    def subject(self, target: JobServer) -> str:
        return target.job.subject

    @override
    def to_type(self, target: JobServer) -> str:
        return str(target) if self.typed_on_pages else ""

    @override
    def why_not(self, target: JobServer) -> PumphouseError | None:
        return self.refusal(target)  # its own job is the one at work

    @override
    def applies_to(self, target: JobServer) -> bool:
        return self.refusal(target) is None

    @override
    def touched(self, target: JobServer) -> list[str]:
        return [str(server) for server in target.together]

    @override
    def launch(self, target: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return self.act(target, requester, options)

    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        """Do it, and return the job."""
        raise NotImplementedError


class WaitingVerb(ServerVerb):
    """A verb of a server whose move has not begun, in a job that goes on by itself."""

    @override
    def refusal(self, target: JobServer) -> PumphouseError | None:
        if not target.job.is_active:
            state = target.job.get_state_display().lower()
            return WrongState(f"Job {target.job_id} is {state}.", fix="Resume it first.")
        if target.has_begun:
            return WrongState(f"{target} has begun to move.", fix="It goes through by itself.")
        return None


class FailedVerb(ServerVerb):
    """A verb of a server of which a step has failed."""

    @override
    def refusal(self, target: JobServer) -> PumphouseError | None:
        if target.steps_of_chain.filter(state__in=BROKEN_STEP_STATES).exists():
            return None
        return WrongState(f"Nothing of {target} has failed.", fix="Reload the job.")


REASON = Option(
    name="reason", label="Reason", default="", metavar="TEXT", help="It goes into the log."
)


@cache
def server_verbs() -> Sequence[ServerVerb]:
    """Return the verbs of a server of a job in their order."""
    return verbs_of(ServerVerb)
