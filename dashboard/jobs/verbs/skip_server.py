"""Skip: goes on without what has failed of one server of a job."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import Requester
from dashboard.jobs.server_operating import skip_server
from dashboard.jobs.verbs.base import REASON, FailedVerb


class SkipServer(FailedVerb):
    """Skips the failed steps of a server."""

    name = "skip_server"
    title = "Skip"
    effect = "Go on without the failed steps of the server, and what depends on them."
    order = 50
    command = "server skip"
    page = "skip"
    options = (REASON,)

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return skip_server(server, reason=options["reason"], requester=requester)
