"""Planning and executing in one go, as the commands and routes of 2015 do: two jobs in a row."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from dashboard.jobs.following import start_after
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester, requester_of
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import plan_of
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove

THEN = "then"
"""The parameter of a planning job that names the verb to go on with."""


def start_migration(move: Move, *, only: Sequence[str] = (), requester: Requester = NOBODY) -> Job:
    """Start to plan a move that is executed by itself if nothing blocks the plan.

    ``only`` are the objects that move, all of the tenant if it is empty. Calls no cloud. Raises as
    the verb plan.
    """
    with transaction.atomic():
        options: dict[str, Any] = {ONLY: [*only]}
        job = PlanMove().start(move, requester=requester, **options)
        job.params = {**job.params, THEN: Execute.name}
        job.save(update_fields=["params"])
    return job


def continue_migration(job: Job) -> None:
    """Execute the plan of a planning job that has ended, if that was asked for with it."""
    if job.params.get(THEN) != Execute.name or job.state != JobState.DONE:
        return
    start_after(
        job,
        lambda: Execute().start(plan_of(job), requester=requester_of(job)),
        otherwise="Not executed",
    )
