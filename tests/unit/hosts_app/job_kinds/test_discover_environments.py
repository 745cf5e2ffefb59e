"""The job that refreshes Fuel's environments: from the schedule, page, API and command line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli.command_line import run
from dashboard.errors import BadInput, Conflict
from dashboard.hosts_app.fuel.environments import (
    discover_when_due,
    refresh_environments,
    start_environment_discovery,
)
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.runner import run_job
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, configure_fuel

pytestmark = pytest.mark.django_db

DST = 2


@pytest.fixture(autouse=True)
def configured(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    configure_fuel(settings, running.endpoint, tmp_path)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_fails_the_job_with_one_sentence(
    running: RunningMaster, settings: Any, tmp_path: Path
) -> None:
    configure_fuel(settings, replace(running.endpoint, password="not-the-one"), tmp_path)
    job = start_environment_discovery()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    refused = f"Fuel at {running.server.address} refused the password of admin."
    assert job.explanation.startswith(refused)
    assert not Cloud.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_schedule_starts_a_refresh_and_keeps_only_the_last() -> None:
    by_hand = start_environment_discovery(requester=Requester(origin="page"))
    run_job(by_hand.pk)
    discover_when_due()
    first = Job.objects.latest("pk")
    discover_when_due()  # quietly: the first is at work
    run_job(first.pk)
    discover_when_due()
    last = Job.objects.latest("pk")
    assert last.pk > first.pk
    assert set(Job.objects.values_list("pk", flat=True)) == {by_hand.pk, last.pk}
    with pytest.raises(Conflict):
        start_environment_discovery()


def test_without_a_fuel_master_the_schedule_does_nothing_and_the_button_says_why(
    settings: Any,
) -> None:
    settings.PUMPHOUSE_FUEL_URL = ""
    discover_when_due()
    assert not Job.objects.exists()
    with pytest.raises(BadInput, match="No Fuel master is configured"):
        start_environment_discovery()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_configuration_fails_the_refresh_of_the_schedule_where_people_see_it(
    settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "fuel.yaml").write_text("username: admin")
    discover_when_due()
    job = Job.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "fuel.yaml, line 1: The key password is missing" in job.explanation
    with pytest.raises(BadInput, match="The key password is missing"):
        start_environment_discovery()


def test_page_and_api_start_a_refresh_and_show_its_result(client: Any) -> None:
    client.force_login(rows.user_with("operator"))
    answer = client.post("/environments/discover/", follow=True)
    assert "environments of Fuel are being refreshed" in answer.content.decode()
    assert client.post("/api/clouds/discover-environments/").status_code == 409
    refresh_environments()
    (cloud, _) = sorted(client.get("/api/clouds/").json()["results"], key=lambda one: one["name"])
    assert cloud["environment"]["id"] == DST
    assert cloud["environment"]["news"] == "It is new."
    page = client.get("/clouds/").content.decode()
    assert "Environments of Fuel" in page and "It is new." in page
    assert "dst-cloud, id 2 in Fuel" in client.get("/clouds/dst-cloud/").content.decode()


def test_only_those_who_may_refresh_are_offered_it(client: Any) -> None:
    client.force_login(rows.user_with("operator"))
    assert "Refresh environments" in client.get("/clouds/").content.decode()
    client.force_login(rows.user_with("viewer"))
    assert client.post("/environments/discover/").status_code == 403
    assert client.post("/api/clouds/discover-environments/").status_code == 403
    assert "Refresh environments" not in client.get("/clouds/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_command_line_asks_fuel_and_lists_its_clouds(capsys: Any) -> None:
    assert run(["clouds", "--discover", "--json"]) == 0
    (found, _) = json.loads(capsys.readouterr().out)["clouds"]
    assert (found["name"], found["environment"]["status"]) == ("dst-cloud", "operational")


@pytest.mark.django_db(transaction=True)
def test_the_command_line_tells_why_fuel_could_not_be_asked(
    running: RunningMaster, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    configure_fuel(settings, replace(running.endpoint, password="not-the-one"), tmp_path)
    assert run(["clouds", "--discover"]) == 1
    assert "refused the password of admin" in capsys.readouterr().err
