"""For how long servers were down that have moved: from the halt to the end of their chain."""

from typing import Any

from django.db.models import Min, Q, QuerySet

from dashboard.jobs.chain_rows import ended_chains
from dashboard.jobs.models import Step
from dashboard.jobs.states import StepState
from dashboard.migrations_app.execution.execute import HALT


def moved_chains(steps: QuerySet[Step]) -> QuerySet[Any, Any]:
    """Return the chains of which all steps have ended, each with ``halted`` and ``ended``.

    A hook may begin a chain: while it runs, its server does too.
    """
    halted = Min("started_at", filter=Q(action=HALT, state=StepState.DONE))
    rows: QuerySet[Any, Any] = ended_chains(steps).annotate(halted=halted)
    return rows.exclude(halted=None)
