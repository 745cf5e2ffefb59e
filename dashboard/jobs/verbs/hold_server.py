"""Hold: lets one server of a job run on in the source, until it is released or for a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from typing_extensions import override

from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.jobs.roles import Action
from dashboard.jobs.server_operating import hold_server
from dashboard.jobs.verbs.base import WaitingVerb


class HoldServer(WaitingVerb):
    """Holds a server, or gives it the time of its cutover."""

    name = "hold_server"
    title = "Hold"
    effect = "Halt the server only once it is released, or from a time on; the others go on."
    order = 10
    permission = Action.OPERATE
    command = "server hold"
    page = "hold"
    options = (
        Option(
            name="until",
            label="Cutover not before",
            default=None,
            of=datetime,
            help="Without a time it waits to be released.",
        ),
    )

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return hold_server(server, until=options["until"], requester=requester)
