"""Take out: leaves one server of a job in the source, and undoes what was done with it."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import Requester
from dashboard.jobs.server_operating import take_out
from dashboard.jobs.states import FINISHED_STEP_STATES
from dashboard.jobs.verbs.base import REASON, ServerVerb
from dashboard.migrations_app.execution.taking_out import put_back


class TakeOutServer(ServerVerb):
    """Takes a server out of a job."""

    name = "take_out_server"
    title = "Take out"
    effect = (
        "Leave the server in the source, with those that share a volume with it. If it was halted "
        "it is started there again, and what was copied of it is removed from the destination."
    )
    order = 60
    command = "server take-out"
    page = "take-out"
    page_confirmation = "the server's name"
    button = "Take out"
    stay = "Let it move"
    touched_title = "Servers that stay"
    icon = "undo"
    options = (REASON,)

    @override
    def touched(self, target: JobServer) -> list[str]:
        return [str(each) for each in target.together.filter(chain=target.chain)]

    @override
    def refusal(self, target: JobServer) -> PumphouseError | None:
        if target.steps_of_chain.exclude(state__in=FINISHED_STEP_STATES).exists():
            return None
        return WrongState(f"{target} has moved, or was left out.", fix="Reload the job.")

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return take_out(server, reason=options["reason"], requester=requester, put_back=put_back)
