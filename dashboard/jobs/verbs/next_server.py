"""Next: moves one server of a job before all others that wait."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action
from dashboard.jobs.server_operating import put_first
from dashboard.jobs.verbs.base import WaitingVerb


class NextServer(WaitingVerb):
    """Puts a server first among those that wait."""

    name = "next_server"
    title = "Move next"
    effect = "Halt the server before all others that wait."
    order = 30
    permission = Action.OPERATE
    command = "server next"
    page = "next"

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return put_first(server, requester=requester)
