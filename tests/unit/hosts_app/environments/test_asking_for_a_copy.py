"""A copy of an environment is asked for on the page, by the API and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli.command_line import run
from dashboard.clients.fuel.master import FuelMaster
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.models import EnvironmentPlan, FuelEnvironment
from dashboard.jobs.runner import run_job
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, configure_fuel, fuel_environment

pytestmark = pytest.mark.django_db(transaction=True)

SRC, NEWER = 1, 4


@pytest.fixture(autouse=True)
def configured(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    configure_fuel(settings, running.endpoint, tmp_path)
    refresh_environments()


@pytest.fixture
def source() -> FuelEnvironment:
    return FuelEnvironment.objects.get(environment_id=SRC)


def drive_plan() -> EnvironmentPlan:
    """Drive the job that makes the only plan."""
    plan = EnvironmentPlan.objects.get()
    assert plan.plan_job
    run_job(plan.plan_job.pk)
    plan.refresh_from_db()
    return plan


def test_the_page_offers_releases_shows_the_plan_and_makes_it(
    client: Any, fuel: FuelMaster, source: FuelEnvironment
) -> None:
    client.force_login(rows.user_with("admin"))
    address = f"/environments/{source.pk}/duplicate/"
    assert address in client.get("/clouds/").content.decode()
    assert address in client.get("/clouds/src-cloud/").content.decode()
    form = client.get(address).content.decode()
    assert "Ocata on Ubuntu 16.04" in form and "CentOS" not in form
    answer = client.post(address, {"name": "copy", "release": NEWER, "renumber": "on"})
    plan = drive_plan()
    assert answer.url == plan.get_absolute_url()
    page = client.get(answer.url).content.decode()
    assert "additional_components.murano" in page and "not copied" in page
    assert "Create environment copy" in page
    assert len(fuel.environments()) == 2  # nothing is made by a plan
    answer = client.post(plan.get_absolute_url())
    plan.refresh_from_db()
    assert plan.job and answer.url == plan.job.get_absolute_url()


def test_the_page_says_why_a_copy_cannot_be_planned(client: Any, source: FuelEnvironment) -> None:
    client.force_login(rows.user_with("operator"))
    answer = client.post(f"/environments/{source.pk}/duplicate/", {"name": "dst-cloud"})
    assert answer.status_code == 400
    assert "already has an environment dst-cloud" in answer.content.decode()


def test_an_operator_may_plan_and_not_make_it(client: Any, source: FuelEnvironment) -> None:
    client.force_login(rows.user_with("operator"))
    client.post(f"/environments/{source.pk}/duplicate/", {"name": "copy"})
    plan = drive_plan()
    assert (
        "Creating it needs the admin role" in client.get(plan.get_absolute_url()).content.decode()
    )
    assert client.post(plan.get_absolute_url()).status_code == 403
    assert client.post(f"/api/environment-plans/{plan.pk}/start/").status_code == 403


def test_the_api_plans_shows_and_makes_it(
    client: Any, fuel: FuelMaster, source: FuelEnvironment
) -> None:
    client.force_login(rows.user_with("admin"))
    listed = client.get("/api/environments/").json()["results"]
    assert source.pk in [row["key"] for row in listed]
    answer = client.post(
        f"/api/environments/{source.pk}/duplicate/",
        json.dumps({"name": "copy", "renumber": True}),
        content_type="application/json",
    )
    assert answer.status_code == 202
    drive_plan()
    address = answer.headers["Location"]
    shown = client.get(address).json()
    assert (shown["state"], shown["options"]["renumber"]) == ("ready", True)
    assert {"changed", "carried", "own"} == {line["outcome"] for line in shown["lines"]}
    answer = client.post(f"{address}start/")
    assert answer.status_code == 202
    run_job(answer.json()["job"])
    assert fuel_environment(fuel, "copy")
    assert client.post(f"{address}start/").status_code == 409


def test_the_command_line_plans_then_makes_it(
    fuel: FuelMaster, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["environment", "duplicate", "src-cloud", "--as", "copy", "--release", str(NEWER)]
    assert run([*command, "--plan-only"]) == 0
    told = capsys.readouterr()
    assert "Setting additional_components.murano: lost" in told.out + told.err
    assert len(fuel.environments()) == 2
    assert run([*command, "--renumber"]) == 0
    assert fuel_environment(fuel, "copy").release_id == NEWER


def test_the_command_line_refuses_what_cannot_be(fuel: FuelMaster) -> None:
    command = ["environment", "duplicate", "src-cloud", "--as"]
    assert run([*command, "dst-cloud"]) == 2
    assert run(["environment", "duplicate", "nobody", "--as", "copy"]) == 2
    assert run([*command, "copy", "--cidr-base", "here"]) == 2
    assert len(fuel.environments()) == 2
