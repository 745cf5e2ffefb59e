"""Watch: looks whether the gateways of a tenant's networks reach each other."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.schedule import start_looking
from dashboard.migrations_app.stretch.work import open_stretches
from dashboard.migrations_app.verbs.unstretch import StretchedVerb


class WatchStretch(StretchedVerb):
    """Looks at the gateways now; a schedule does so every five minutes."""

    name = "watch_stretch"
    title = "Look at the gateways"
    effect = "Look whether the gateway servers run and reach each other. Changes nothing."
    order = 61

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_looking(target, open_stretches(target), requester=requester)
