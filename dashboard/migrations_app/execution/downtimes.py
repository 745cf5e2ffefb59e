"""For how long servers were down that have moved: from the halt to the end of their chain."""

from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from dashboard.jobs.models import Step
from dashboard.jobs.states import FINISHED_STEP_STATES, StepState
from dashboard.migrations_app.execution.execute import HALT


def moved_chains(steps: QuerySet[Step]) -> QuerySet[Any, Any]:
    """Return the chains of which all steps have ended, each with ``halted`` and ``ended``.

    A hook may begin a chain: while it runs, its server does too.
    """
    chains = steps.exclude(chain="").order_by().values("job_id", "chain")
    halted = Min("started_at", filter=Q(action=HALT, state=StepState.DONE))
    left = Count("pk", filter=~Q(state__in=FINISHED_STEP_STATES))
    rows = chains.annotate(halted=halted, ended=Max("finished_at"), left=left)
    return rows.filter(left=0).exclude(halted=None)
