"""Discover: reads again what a cloud offers and which tenants it has."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.verbs.base import CloudVerb
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job


class Discover(CloudVerb):
    """Refreshes a cloud: its state, its services and its tenants."""

    name = "discover"
    title = "Refresh"
    effect = "Read the cloud again: its state, its services and its tenants. Nothing is changed."
    order = 10
    result = "cloud"

    @override
    def is_next(self, target: Cloud) -> bool:
        return True

    @override
    def launch(self, target: Cloud, requester: Requester, options: Mapping[str, Any]) -> Job:
        title = f"Refresh cloud {target.name}"
        return start_job(
            kind=self.name,
            title=title,
            subject=self.subject(target),
            steps=[StepSpec(key="look", action="discover", title=title)],
            params={"cloud": target.pk},
            requester=requester,
        )
