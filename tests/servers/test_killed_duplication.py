"""A copy of an environment is made once, whenever the process that makes it is killed."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.hosts_app.environments.duplicating import (
    environment_named,
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.runner import run_job
from tests.support import killed_duplication
from tests.support.dying import killed_at
from tests.support.fuel_masters import (
    RunningMaster,
    configure_fuel,
    fuel_environment,
    fuel_settings,
)

SRC = 1


@pytest.fixture
def plan(
    fuel: FuelMaster, running: RunningMaster, settings: Any, tmp_path: Path
) -> EnvironmentPlan:
    """Return the plan of a renumbered copy of src-cloud, which has two nodegroups."""
    configure_fuel(settings, running.endpoint, tmp_path)
    fuel.create_nodegroup(SRC, name="rack2")
    refresh_environments()
    plan = start_environment_plan(
        environment_named("src-cloud"), name="copy", options={"renumber": True}
    )
    assert plan.plan_job
    run_job(plan.plan_job.pk)
    plan.refresh_from_db()
    return plan


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_workers_are_killed_makes_one_environment(
    plan: EnvironmentPlan,
    fuel: FuelMaster,
    running: RunningMaster,
    tmp_path: Path,
    pumphouse_home: Path,
) -> None:
    job = start_duplication(plan)
    settings_of_fuel = fuel_settings(running.endpoint, tmp_path)
    for moment in killed_duplication.MOMENTS:
        assert killed_at(
            job, killed_duplication, moment, home=pumphouse_home, **settings_of_fuel
        ), moment
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.explanation
    assert [one.name for one in fuel.environments()].count("copy") == 1
    assert len(fuel.environments()) == 3
    assert len(fuel.nodegroups(fuel_environment(fuel, "copy").id)) == 2
