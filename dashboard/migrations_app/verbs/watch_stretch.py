"""Watch: looks whether the gateways of a tenant's networks reach each other."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.schedule import start_looking
from dashboard.migrations_app.stretch.work import open_stretches, stretch_subject, why_not_now
from dashboard.migrations_app.verbs.base import PlanVerb
from dashboard.migrations_app.verbs.unstretch import not_stretched


class WatchStretch(PlanVerb):
    """Looks at the gateways now; a schedule does so every five minutes."""

    name = "watch_stretch"
    title = "Look at the gateways"
    effect = "Look whether the gateway servers run and reach each other. Changes nothing."
    order = 61
    has_own_subject = True
    result = "stretches"

    @override
    def subject(self, target: Plan) -> str:
        return stretch_subject(target)

    @override
    def applies_to(self, target: Plan) -> bool:
        return bool(open_stretches(target))

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        return not_stretched(plan) or why_not_now(plan)

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_looking(target, open_stretches(target), requester=requester)
