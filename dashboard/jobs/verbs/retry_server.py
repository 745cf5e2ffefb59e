"""Retry: tries what has failed of one server of a job again."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import Requester
from dashboard.jobs.server_operating import retry_server
from dashboard.jobs.verbs.base import FailedVerb


class RetryServer(FailedVerb):
    """Retries the failed steps of a server."""

    name = "retry_server"
    title = "Retry"
    effect = "Retry the failed steps of the server; the job goes on."
    order = 40
    command = "server retry"
    page = "retry"

    @override
    def act(self, server: JobServer, requester: Requester, options: Mapping[str, Any]) -> Job:
        return retry_server(server, requester=requester)
