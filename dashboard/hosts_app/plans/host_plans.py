"""Plans of host actions: made by a job, stored, read by a person, then started once."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.hosts_app.plans.host_action import host_action_named
from dashboard.hosts_app.plans.lines import PlanLine
from dashboard.hosts_app.plans.stored_plans import (
    keep_draft,
    planning_of,
    require_ready,
    start_planning,
    take,
)
from dashboard.jobs.confirmation import require_confirmation
from dashboard.jobs.following import start_after
from dashboard.jobs.models import Job
from dashboard.jobs.options import chosen_values
from dashboard.jobs.requester import NOBODY, Requester, requester_of
from dashboard.jobs.states import JobState

CONFIRMED_BY = "confirmed_by"
"""The parameter of a planning job whose action begins once it is planned."""


def start_host_plan(
    cloud: Cloud,
    host: str,
    *,
    action: str,
    options: Mapping[str, Any] | None = None,
    requester: Requester = NOBODY,
) -> HostPlan:
    """Start to plan a host action; ``plan.plan_job`` is the job that reads the clouds.

    Raises ``BadInput`` for an unknown action or option or a bad value, ``Conflict`` while another
    plan for the host is being made.
    """
    wanted = host_action_named(action)
    chosen = chosen_values(wanted.options, options or {}, of=wanted.title)
    wanted.check(cloud, host, chosen)
    plan = HostPlan(cloud=cloud, host=host, action=action, options=chosen)
    start_planning(
        plan,
        kind="plan_host",
        title=f"Plan for {host} of {cloud.name}: {wanted.title.lower()}",
        subject=f"host_plan:{cloud.name}:{host}",
        requester=requester,
    )
    return plan


def start_plan_and_action(
    cloud: Cloud,
    host: str,
    *,
    action: str,
    confirmation: str,
    options: Mapping[str, Any] | None = None,
    requester: Requester = NOBODY,
) -> HostPlan:
    """Start to plan a host action that begins by itself if nothing stands in the plan's way.

    ``confirmation`` is what a person has typed to confirm it. Raises as ``start_host_plan``.
    """
    with transaction.atomic():
        plan = start_host_plan(cloud, host, action=action, options=options, requester=requester)
        job = planning_of(plan)
        job.params = {**job.params, CONFIRMED_BY: confirmation}
        job.save(update_fields=["params"])
    return plan


def continue_with_action(job: Job) -> None:
    """Start the action of a planning job that has ended, if that was asked for with it."""
    confirmation = job.params.get(CONFIRMED_BY)
    if confirmation is None or job.state != JobState.DONE:
        return
    plan = HostPlan.objects.select_related("cloud").get(pk=job.params["host_plan"])
    start_after(
        job,
        lambda: start_host_action(plan, confirmation=confirmation, requester=requester_of(job)),
        otherwise="Not started",
    )


def draft_host_plan(plan: HostPlan) -> None:
    """Read the clouds, and store what the plan says."""
    draft = host_action_named(plan.action).draft(plan.cloud, plan.host, plan.options)
    keep_draft(plan, draft)


def start_host_action(plan: HostPlan, *, confirmation: str, requester: Requester = NOBODY) -> Job:
    """Start what a plan says, once.

    Raises ``BadInput`` if something stands in the way or the confirmation is wrong, ``Conflict``
    if the plan was started before or another job is active for the host.
    """
    action = host_action_named(plan.action)
    require_ready(plan)
    require_confirmation(confirmation, expected=action.to_type(plan))
    with transaction.atomic():
        take(plan)
        plan.job = action.start(plan, requester=requester)
        # Pages link from the job to its plan.
        plan.job.params = {**plan.job.params, "host_plan": plan.pk}
        plan.job.save(update_fields=["params"])
        plan.save(update_fields=["job"])
    plan.state = HostPlan.State.STARTED
    return plan.job


def lines_of(plan: HostPlan) -> list[PlanLine]:
    """Return the lines of a stored plan."""
    return [PlanLine(**line) for line in plan.lines]
