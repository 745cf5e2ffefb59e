"""Fuel's own pages link to Pumphouse, also after the master was restored."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.fuel.links import KIND, register_links, register_when_due
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, configure_fuel

pytestmark = pytest.mark.django_db

ADDRESS = "https://10.20.0.2:8444/"


@pytest.fixture(autouse=True)
def configured(settings: Any, running: RunningMaster, tmp_path: Path) -> None:
    """Name the stand-in as the Fuel master, and where Pumphouse is."""
    configure_fuel(settings, running.endpoint, tmp_path)
    settings.PUMPHOUSE_URL = ADDRESS


def plugin(running: RunningMaster) -> dict[str, Any]:
    """Register the plugin as ``fuel plugins --install`` does."""
    metadata = {"name": "pumphouse", "version": "1.0.0", "package_version": "5.0.0"}
    return running.master.add("plugins", metadata | {"_links": []})


def links_of(running: RunningMaster) -> list[tuple[int, str]]:
    clusters = running.master.all("clusters")
    return [(row["id"], link["url"]) for row in clusters for link in row["_links"]]


def test_each_environment_and_the_plugin_get_a_link(running):
    registered = plugin(running)
    said = register_links()
    assert links_of(running) == [(1, f"{ADDRESS}environments/1/"), (2, f"{ADDRESS}environments/2/")]
    assert [link["url"] for link in registered["_links"]] == [ADDRESS]
    assert "2 environments" in said
    assert "page of plugins" in said


def test_a_second_time_adds_nothing(running):
    registered = plugin(running)
    register_links()
    before = links_of(running), list(registered["_links"])
    register_links()
    assert (links_of(running), registered["_links"]) == before


def test_a_changed_address_leaves_one_link_in_each_place(running, settings):
    registered = plugin(running)
    register_links()
    registered["_links"][0]["hidden"] = True
    settings.PUMPHOUSE_URL = "https://pumphouse.example.com/"
    for _ in range(2):
        register_links()
    there = "https://pumphouse.example.com/"
    assert links_of(running) == [(1, f"{there}environments/1/"), (2, f"{there}environments/2/")]
    assert [link["url"] for link in registered["_links"]] == [there]
    assert registered["_links"][0]["hidden"], "what a person has hidden stays hidden"


def test_dead_links_of_earlier_addresses_are_removed(running):
    cluster = running.master.rows["clusters"][1]
    old = {"title": "Pumphouse", "description": "", "hidden": False}
    cluster["_links"] = [
        {**old, "id": number, "url": f"http://old-{number}/"} for number in (1, 2)
    ] + [{**old, "id": 3, "title": "Grafana", "url": "http://grafana/"}]
    register_links()
    urls = [link["url"] for link in cluster["_links"]]
    assert sorted(urls) == ["http://grafana/", f"{ADDRESS}environments/1/"]


def test_a_master_that_does_not_know_the_plugin_yet_gets_the_rest(running):
    said = register_links()
    assert len(links_of(running)) == 2
    assert "page of plugins" not in said


def test_links_come_back_to_a_master_that_was_restored(running):
    registered = plugin(running)
    register_links()
    for row in (*running.master.all("clusters"), registered):
        row["_links"].clear()
    register_links()
    assert len(links_of(running)) == 2
    assert len(registered["_links"]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_schedule_keeps_only_its_last_job(running):
    for _ in range(3):
        register_when_due()
        run_job(Job.objects.latest("pk").pk)
    jobs = Job.objects.filter(kind=KIND)
    assert [job.state for job in jobs] == [JobState.DONE]


def test_without_an_address_of_its_own_nothing_is_registered(running, settings):
    settings.PUMPHOUSE_URL = ""
    register_when_due()
    assert not Job.objects.exists()


def test_without_a_fuel_master_nothing_is_registered(settings):
    settings.PUMPHOUSE_FUEL_URL = ""
    register_when_due()
    assert not Job.objects.exists()


def test_the_link_of_an_environment_leads_to_its_cloud(client, running):
    refresh_environments()
    client.force_login(rows.user_with("viewer"))
    for number in (1, 2):
        answer = client.get(f"/environments/{number}/")
        cloud = Cloud.objects.get(environment__environment_id=number)
        assert answer["Location"] == f"/clouds/{cloud.name}/"
    assert client.get("/environments/77/")["Location"] == "/clouds/"
