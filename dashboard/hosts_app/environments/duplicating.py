"""A new environment of Fuel from an existing one: planned, shown, then created once."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from dashboard.errors import BadInput, NotFound, WrongState
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.hosts_app.environments.planning import CopyOptions, draft_copy
from dashboard.hosts_app.fuel.masters import fuel_at
from dashboard.hosts_app.models import EnvironmentPlan, FuelEnvironment, FuelRelease
from dashboard.hosts_app.plans.stored_plans import keep_draft, require_ready, start_planning, take
from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import JobState

MOST_VLANS_UP = 4000
PLAN_KIND, COPY_KIND = "plan_environment", "duplicate_environment"
CREATE, REFRESH, SETTINGS, NETWORKS, VERIFY = "create", "refresh", "settings", "networks", "verify"


def environment_named(name: str) -> FuelEnvironment:
    """Return the environment of that name, or of the cloud of that name. Raises ``NotFound``."""
    known = FuelEnvironment.objects.filter(is_gone=False)
    found = known.filter(name=name).first() or known.filter(clouds__name=name).first()
    if found is None:
        names = ", ".join(known.values_list("name", flat=True)) or "none"
        raise NotFound(
            f"There is no environment {name} in Fuel.",
            fix=f"Known: {names}. Refresh the environments to find new ones.",
        )
    return found


def start_environment_plan(
    environment: FuelEnvironment,
    *,
    name: str,
    options: Mapping[str, Any] | None = None,
    requester: Requester = NOBODY,
) -> EnvironmentPlan:
    """Start to plan a copy of an environment; ``plan.plan_job`` is the job that reads Fuel.

    ``options`` are those of ``CopyOptions``. Raises ``BadInput`` for an invalid name or option,
    ``Conflict`` while another copy of that name is being planned.
    """
    chosen = CopyOptions(**options or {})
    _require_possible(environment, name, chosen)
    plan = EnvironmentPlan(environment=environment, name=name, options=asdict(chosen))
    start_planning(
        plan,
        kind=PLAN_KIND,
        title=f"Plan environment {name} from {environment.name}",
        subject=f"environment_plan:{name}",
        requester=requester,
    )
    return plan


def _require_possible(environment: FuelEnvironment, name: str, options: CopyOptions) -> None:
    longest = EnvironmentPlan._meta.get_field("name").max_length or 0
    if not name.strip() or name != name.strip() or len(name) > longest:
        raise BadInput(
            f"{name!r} is not a valid name for an environment.",
            fix=f"Use at most {longest} characters, without spaces around them.",
        )
    if environment.is_gone:
        raise WrongState(
            f"Environment {environment.name} is no longer in Fuel.", fix="Choose another one."
        )
    there = FuelEnvironment.objects.filter(fuel=environment.fuel, is_gone=False, name=name)
    if there.exists():
        raise BadInput(f"Fuel already has an environment {name}.", fix="Choose another name.")
    if not 0 <= options.vlan_offset <= MOST_VLANS_UP:
        raise BadInput(
            f"VLANs cannot be moved up by {options.vlan_offset}.",
            fix=f"Use a number from 1 to {MOST_VLANS_UP}.",
        )
    _ = options.base
    _require_release(environment, options.release)


def _require_release(environment: FuelEnvironment, release_id: int | None) -> None:
    """Raise ``BadInput`` for a release that Fuel did not have when it was last asked."""
    releases = list(FuelRelease.objects.filter(fuel=environment.fuel))
    if release_id and releases and release_id not in {one.release_id for one in releases}:
        known = ", ".join(f"{one.release_id} ({one.name})" for one in releases)
        raise BadInput(f"Fuel has no release {release_id}.", fix=f"It has: {known}.")


def draft_environment_plan(plan: EnvironmentPlan) -> None:
    """Read Fuel, and store what the plan says."""
    fuel = fuel_at(plan.environment.fuel)
    source = fuel.environment(plan.environment.environment_id)
    draft = draft_copy(fuel, source, name=plan.name, options=CopyOptions(**plan.options))
    keep_draft(plan, draft)


def lines_of(plan: EnvironmentPlan) -> list[CopyLine]:
    """Return the lines of a stored plan, those that differ from the source first."""
    lines = [CopyLine(**{**line, "outcome": CopyOutcome(line["outcome"])}) for line in plan.lines]
    order = (CopyOutcome.LOST, CopyOutcome.CHANGED, CopyOutcome.OWN, CopyOutcome.CARRIED)
    return sorted(lines, key=lambda line: order.index(line.outcome))


def start_duplication(plan: EnvironmentPlan, *, requester: Requester = NOBODY) -> Job:
    """Start to create the environment that a plan describes, once.

    Raises ``BadInput`` if the plan is not ready or something stands in the way, ``Conflict`` if
    it was started before or another environment of that name is being created.
    """
    require_ready(plan)
    with transaction.atomic():
        take(plan)
        plan.job = start_job(
            kind=COPY_KIND,
            title=f"Create environment {plan.name} from {plan.environment.name}",
            subject=f"environment_copy:{plan.name}",
            steps=_steps(plan),
            params={"environment_plan": plan.pk},
            requester=requester,
        )
        plan.save(update_fields=["job"])
    plan.state = EnvironmentPlan.State.STARTED
    return plan.job


def _steps(plan: EnvironmentPlan) -> list[StepSpec]:
    name, source = plan.name, plan.environment.name
    titles = {
        CREATE: f"Create environment {name} in Fuel",
        REFRESH: "Refresh environments",
        SETTINGS: f"Copy the settings of {source}",
        NETWORKS: f"Copy the networks of {source}",
        VERIFY: f"Compare {name} with its plan",
    }
    # The refresh comes early: a copy that stays incomplete then has a row that can be deleted.
    needs = {REFRESH: [CREATE], SETTINGS: [CREATE], NETWORKS: [SETTINGS], VERIFY: [NETWORKS]}
    return [
        StepSpec(key=key, action=key, title=title, needs=needs.get(key, ()))
        for key, title in titles.items()
    ]


def incomplete_sentence(plan: EnvironmentPlan) -> str:
    """Return what a job that did not finish has left in Fuel, "" for nothing."""
    job = plan.job
    if plan.copy_id is None or job is None or job.is_active or job.state == JobState.DONE:
        return ""
    return (
        f"Environment {plan.name} is in Fuel, but incomplete. Retry or resume the job, or delete "
        "the environment, which is possible while it has no nodes."
    )
