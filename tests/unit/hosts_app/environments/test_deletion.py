"""Environments are deleted from Fuel's stand-in, and only those without nodes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli.command_line import run
from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.errors import BadInput, Conflict, NeedsOperator
from dashboard.hosts_app.environments.deletion import delete, start_environment_deletion
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.runner import run_job
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, configure_fuel, switch

pytestmark = pytest.mark.django_db

SRC, DST = 1, 2


@pytest.fixture(autouse=True)
def configured(running: RunningMaster, settings: Any, tmp_path: Path) -> None:
    configure_fuel(settings, running.endpoint, tmp_path)
    refresh_environments()


@pytest.fixture
def emptied(running: RunningMaster) -> FuelEnvironment:
    """Return the source's environment as it is once its last node has left."""
    for node in running.master.nodes_of(SRC):
        del running.master.rows["nodes"][node["id"]]
    refresh_environments()
    return FuelEnvironment.objects.get(environment_id=SRC)


def start(environment: FuelEnvironment) -> Job:
    return start_environment_deletion(environment, confirmation=environment.name)


def step_of(environment: FuelEnvironment) -> Step:
    return start(environment).steps.get(key="delete")


def context(check: Callable[[], None] = lambda: None, told: list[str] | None = None) -> StepContext:
    lines = [] if told is None else told
    return StepContext(
        log=lambda line, **_: lines.append(line),
        progress=lambda *_: None,
        check=check,
        resumed=False,
    )


def ids(fuel: FuelMaster) -> list[int]:
    return [environment.id for environment in fuel.environments()]


@pytest.mark.django_db(transaction=True)
def test_an_environment_without_nodes_is_deleted_and_its_cloud_is_gone(
    emptied: FuelEnvironment, fuel: FuelMaster
) -> None:
    job = start(emptied)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, ids(fuel)) == ("done", [DST])
    emptied.refresh_from_db()
    assert emptied.is_gone
    assert Cloud.objects.get(name="src-cloud").state == Cloud.State.VANISHED
    with pytest.raises(BadInput, match="is no longer in Fuel"):
        start(emptied)


def test_nothing_is_started_without_its_very_name(emptied: FuelEnvironment) -> None:
    for typed in ("", "src", "SRC-CLOUD", "dst-cloud"):
        with pytest.raises(BadInput, match="so nothing was done"):
            start_environment_deletion(emptied, confirmation=typed)
    assert not Job.objects.filter(kind="delete_environment").exists()


def test_nothing_is_started_for_one_that_had_nodes_when_it_was_seen() -> None:
    environment = FuelEnvironment.objects.get(environment_id=DST)
    with pytest.raises(BadInput, match="Environment dst-cloud has 4 nodes"):
        start(environment)


def test_it_is_deleted_by_one_job_at_a_time(emptied: FuelEnvironment) -> None:
    start(emptied)
    with pytest.raises(Conflict):
        start(emptied)


def test_a_node_that_came_since_keeps_it(emptied: FuelEnvironment, fuel: FuelMaster) -> None:
    step, free = step_of(emptied), fuel.unassigned_nodes()[0]
    fuel.assign(SRC, [free.id], roles=["compute"])
    with pytest.raises(NeedsOperator, match=f"has nodes, so it was not deleted: {free.fqdn}"):
        delete(step, context())
    assert SRC in ids(fuel)


def test_one_that_was_renamed_since_is_kept(
    emptied: FuelEnvironment, fuel: FuelMaster, running: RunningMaster
) -> None:
    step = step_of(emptied)
    running.master.rows["clusters"][SRC]["name"] = "new-cloud"
    with pytest.raises(NeedsOperator, match="src-cloud is now called new-cloud"):
        delete(step, context())
    assert SRC in ids(fuel)


def test_a_busy_fuel_is_asked_again_later(
    emptied: FuelEnvironment, running: RunningMaster, fuel: FuelMaster
) -> None:
    step = step_of(emptied)
    switch(running, "busy/src-cloud")
    with pytest.raises(FuelBusy):
        delete(step, context())
    assert SRC in ids(fuel)


def test_a_step_that_goes_on_orders_nothing_twice(
    emptied: FuelEnvironment, fuel: FuelMaster
) -> None:
    step, told = step_of(emptied), list[str]()
    fuel.delete_environment(SRC)  # and then the worker died
    delete(step, context(told=told))
    delete(step, context(told=told))
    assert told == [
        "Deleted environment src-cloud.",
        "Environment src-cloud was deleted already.",
    ]


def test_a_deletion_that_fails_in_fuel_is_told_with_its_reason(
    emptied: FuelEnvironment, running: RunningMaster
) -> None:
    def fail() -> None:
        task = max(running.master.rows["tasks"].values(), key=lambda row: row["id"])
        task |= {"status": "error", "message": "A plugin is in the way"}

    switch(running, "busy/src-cloud")  # so that its task does not end by itself
    running.master.rows["clusters"][SRC]["status"] = "remove"
    with pytest.raises(NeedsOperator, match=r"could not delete .*: A plugin is in the way"):
        delete(step_of(emptied), context(check=fail))


def test_another_fuel_master_is_not_asked(emptied: FuelEnvironment) -> None:
    FuelEnvironment.objects.filter(pk=emptied.pk).update(fuel="http://192.0.2.1:8000")
    emptied.refresh_from_db()
    with pytest.raises(BadInput, match=r"is in Fuel at http://192\.0\.2\.1:8000"):
        delete(step_of(emptied), context())


PAGE = "/clouds/src-cloud/delete-environment/"
API = "/api/clouds/src-cloud/delete-environment/"


def jobs() -> list[str]:
    kind = Job.objects.filter(kind="delete_environment")
    return [str(source) for source in kind.values_list("launched_from", flat=True)]


def test_the_page_asks_for_the_name_and_starts_the_job(
    emptied: FuelEnvironment, client: Any
) -> None:
    client.force_login(rows.user_with("admin"))
    assert PAGE in client.get("/clouds/src-cloud/").content.decode()
    assert "<code>src-cloud</code>" in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"confirmation": "src"}, follow=True)
    assert "so nothing was done" in answer.content.decode()
    assert jobs() == []
    answer = client.post(PAGE, {"confirmation": "src-cloud"}, follow=True)
    assert "Delete environment src-cloud from Fuel" in answer.content.decode()
    assert jobs() == ["page"]


def test_the_page_of_one_with_nodes_offers_nothing(client: Any) -> None:
    client.force_login(rows.user_with("admin"))
    page = client.get("/clouds/dst-cloud/delete-environment/").content.decode()
    assert "had 4 nodes" in page and "confirmation" not in page
    assert "delete-environment" not in client.get("/clouds/dst-cloud/").content.decode()


def test_the_api_deletes_it_for_its_name(emptied: FuelEnvironment, client: Any) -> None:
    client.force_login(rows.user_with("admin"))
    assert client.post(API, {"confirmation": "src"}).status_code == 400
    assert client.post(API).status_code == 400
    assert jobs() == []
    assert client.post(API, {"confirmation": "src-cloud"}).status_code == 202
    assert jobs() == ["api"]


def test_an_operator_may_not_delete_it(emptied: FuelEnvironment, client: Any) -> None:
    client.force_login(rows.user_with("operator"))
    assert client.get(PAGE).status_code == 403
    assert client.post(API, {"confirmation": "src-cloud"}).status_code == 403
    assert PAGE not in client.get("/clouds/src-cloud/").content.decode()


def test_the_command_line_deletes_it_for_its_name(
    emptied: FuelEnvironment, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["environment", "delete", "--cloud", "src-cloud", "--detach", "--confirm"]
    assert run([*command, "src"]) == 2
    assert jobs() == []
    assert run([*command, "src-cloud"]) == 0
    assert jobs() == ["cli"]


def test_a_cloud_outside_fuel_has_nothing_to_delete(client: Any) -> None:
    old, _ = rows.two_clouds()
    client.force_login(rows.user_with("admin"))
    answer = client.post(f"/api/clouds/{old}/delete-environment/", {"confirmation": "x"})
    assert answer.status_code == 409
    assert "is not in a known environment of Fuel" in answer.content.decode()
