"""Fuel's health check before and after a move, against the lab's stand-in."""

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.health import check_health_after, check_health_before
from dashboard.hosts_app.reassignment.steps import Choices, Route, start_reassignment
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from tests.support.fuel_masters import RunningMaster, create_environment, switch
from tests.support.reassignments import DST, HOST, SRC, Told, make_record, make_work

pytestmark = pytest.mark.django_db
FAILING = "Request image list using Nova"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def record(fuel: FuelMaster) -> Reassignment:
    return make_record(fuel)


@pytest.fixture
def work(fuel: FuelMaster, record: Reassignment, told: Told) -> ReassignmentWork:
    return make_work(fuel, record, told, step="health_before")


def test_both_environments_are_tested_and_the_results_are_in_the_log(
    work: ReassignmentWork, record: Reassignment, told: Told
) -> None:
    check_health_before(work)
    assert told.lines == [
        "Fuel's health check of src-cloud: 5 of 5 sanity tests passed.",
        "Fuel's health check of dst-cloud: 5 of 5 sanity tests passed.",
    ]
    assert (5, 5, "tests") in told.progress
    record.refresh_from_db()
    assert record.health == {str(SRC): [], str(DST): []}
    check_health_after(work)


def test_what_failed_before_is_no_failure_afterwards(
    work: ReassignmentWork, running: RunningMaster, told: Told
) -> None:
    switch(running, "fail/health/src-cloud")
    check_health_before(work)
    assert f"src-cloud: “{FAILING}” has the result failure. Image list is unavailable." in (
        told.lines
    )
    assert work.record.health == {str(SRC): [FAILING], str(DST): []}
    check_health_after(work)
    assert "No more tests of src-cloud fail than before." in told.lines


def test_what_fails_only_afterwards_is_told_and_can_be_tried_again(
    work: ReassignmentWork, running: RunningMaster
) -> None:
    check_health_before(work)
    switch(running, "fail/health/dst-cloud")
    with pytest.raises(NeedsOperator, match=f"not so before, in dst-cloud: {FAILING}"):
        check_health_after(work)
    switch(running, "restore/health")
    check_health_after(work)


def test_a_run_that_is_under_way_is_waited_for_and_not_started_twice(
    work: ReassignmentWork, fuel: FuelMaster, running: RunningMaster
) -> None:
    under_way = fuel.start_health_check(SRC, test_set="sanity")
    assert fuel.start_health_check(SRC, test_set="sanity").id == under_way.id
    check_health_before(work)
    assert len(running.master.all("testruns")) == 2


def test_an_environment_that_cannot_be_tested_is_left_out(
    work: ReassignmentWork, fuel: FuelMaster, told: Told
) -> None:
    work.record.source_environment = create_environment(fuel, "empty", release_id=2).id
    check_health_before(work)
    assert told.lines[0] == "Skipped the health check of empty: it is new."
    assert len(told.lines) == 2


def test_the_steps_are_there_by_choice(record: Reassignment) -> None:
    names = Route(host=HOST, source="src", destination="dst", old="src-cloud", new="dst-cloud")
    keys = {}
    for chosen in (True, False):
        fresh = Reassignment(
            source=record.source,
            destination=record.destination,
            source_environment=SRC,
            destination_environment=DST,
            host=HOST,
            roles=["compute"],
        )
        choices = Choices(discovery_seconds=1, deploy_seconds=1, checks_health=chosen)
        route = Route(**{**vars(names), "host": f"{HOST}-{chosen}"})
        job = start_reassignment(fresh, route, choices, title="Move it", about=record.source)
        keys[chosen] = list(job.steps.order_by("ordinal").values_list("key", flat=True))
    assert keys[True][0] == "health_before"
    assert keys[True][-2:] == ["health_after", "refresh"]
    assert set(keys[True]) - set(keys[False]) == {"health_before", "health_after"}
