"""Release: lets a server that was held be halted."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import Requester
from dashboard.jobs.server_operating import release_server
from dashboard.jobs.verbs.base import WaitingVerb


class ReleaseServer(WaitingVerb):
    """Ends the hold of a server, or its time."""

    name = "release_server"
    title = "Release"
    effect = "Halt the server as soon as its turn comes: nobody reaches it until its copy runs."
    order = 20
    command = "server release"
    page = "release"
    page_confirmation = "the server's name"
    button = "Release"
    stay = "Not now"
    touched_title = "Servers that stop"
    icon = "play"

    @override
    def refusal(self, target: JobServer) -> PumphouseError | None:
        if refused := super().refusal(target):
            return refused
        if target.is_held:
            return None
        return WrongState(f"{target} is not held.", fix="It goes when its turn comes.")

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return release_server(server, requester=requester)
