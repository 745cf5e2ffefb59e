"""The plan that brings a host back, by where Fuel has it: what happens, and when it is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import BadInput, NeedsOperator, NotFound
from dashboard.hosts_app.actions.reassign import destination_of
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import host_action_named
from dashboard.hosts_app.plans.host_plans import start_host_action, start_host_plan
from dashboard.hosts_app.plans.lines import PlanDraft
from dashboard.hosts_app.reassignment.location import in_progress
from dashboard.jobs.models import Job
from tests.support.fuel_masters import (
    RunningMaster,
    configure_fuel,
    discovered_node,
    running_master,
    switch,
)
from tests.support.reassignments import DST, HOST, NODE, SRC, make_record

pytestmark = pytest.mark.django_db
OPTIONS = {"discovery_minutes": 1, "deploy_minutes": 1, "probe": False, "switch_hook": True}


@pytest.fixture
def running(tmp_path: Path, settings: Any) -> Iterator[RunningMaster]:
    with running_master(tmp_path) as running:
        configure_fuel(settings, running.endpoint, tmp_path)
        settings.PUMPHOUSE_INVENTORY = str(tmp_path / "missing.yaml")
        yield running


@pytest.fixture
def fuel(running: RunningMaster) -> FuelMaster:
    return FuelMaster(running.endpoint)


@pytest.fixture
def last(fuel: FuelMaster) -> Reassignment:
    record = make_record(fuel, interfaces=fuel.interfaces(NODE), disks=fuel.disks(NODE))
    Job.objects.filter(pk=record.job.pk).update(state="failed", active_subject=None)
    return record


def draft(last: Reassignment) -> PlanDraft:
    return host_action_named("return_to_source").draft(last.source, HOST, OPTIONS)


def remove(fuel: FuelMaster) -> None:
    fuel.unassign(SRC, [NODE])
    fuel.wait_for_task(fuel.deploy_changes(SRC), seconds=20)


def rediscover(fuel: FuelMaster, running: RunningMaster, last: Reassignment) -> int:
    remove(fuel)
    switch(running, f"pxe/{HOST}")
    while not (found := discovered_node(fuel, last.macs)):
        pass
    return found.id


def outcomes(plan: PlanDraft) -> list[str]:
    return [f"{line.subject}: {line.outcome}" for line in plan.lines]


def test_a_free_host_is_assigned_to_where_it_came_from(
    fuel: FuelMaster, running: RunningMaster, last: Reassignment
) -> None:
    rediscover(fuel, running, last)
    plan = draft(last)
    assert plan.refusals == []
    assert outcomes(plan) == [
        f"{HOST}: assigned to src-cloud as compute",
        "environment src-cloud: this one node is installed and deployed",
    ]


def test_a_host_that_failed_is_taken_out_first_and_what_is_deployed_with_that_is_named(
    fuel: FuelMaster, running: RunningMaster, last: Reassignment
) -> None:
    node = rediscover(fuel, running, last)
    fuel.assign(DST, [node], roles=["compute"])
    switch(running, "fail/provision")
    with pytest.raises(NeedsOperator):
        fuel.wait_for_task(fuel.provision(DST, [node]), seconds=20)
    plan = draft(last)
    assert outcomes(plan)[0] == f"{HOST}: removed from dst-cloud"
    assert "also runs the deployment on dst-c1, dst-c2, dst-c3, dst-control" in plan.lines[1].why
    assert f"{HOST}: booted from the network by its BMC" in outcomes(plan)
    # its BMC is needed, and the inventory is not there
    assert [one.sentence for one in plan.refusals] == [
        f"There is no inventory at {running.master.path.parent}/missing.yaml."
    ]


def test_a_host_that_fuel_has_lost_boots_first(fuel: FuelMaster, last: Reassignment) -> None:
    remove(fuel)
    assert outcomes(draft(last))[0] == f"{HOST}: booted from the network by its BMC"


def test_a_host_that_never_left_is_not_returned(last: Reassignment) -> None:
    assert "there is nothing to return" in draft(last).refusals[0].sentence


def test_a_host_that_has_arrived_is_moved_as_any_other(
    fuel: FuelMaster, running: RunningMaster, last: Reassignment
) -> None:
    node = rediscover(fuel, running, last)
    running.master.rows["nodes"][node] |= {"cluster": DST, "status": "ready"}
    refusal = draft(last).refusals[0]
    assert (refusal.sentence, refusal.fix) == (
        "It is deployed in dst-cloud.",
        "Reassign it as a host of dst.",
    )


def test_a_host_that_a_job_is_at_work_on_is_left_to_it(
    fuel: FuelMaster, running: RunningMaster, last: Reassignment
) -> None:
    rediscover(fuel, running, last)
    Job.objects.filter(pk=last.job.pk).update(state="running")
    assert f"(job {last.job.pk}) is still running" in draft(last).refusals[0].sentence


def test_a_host_that_pumphouse_never_took_is_not_known(last: Reassignment) -> None:
    with pytest.raises(NotFound, match="has never moved a host src-c1 out of src"):
        host_action_named("return_to_source").draft(last.source, "src-c1", OPTIONS)


def test_a_host_that_never_left_is_refused_before_there_is_a_job(last: Reassignment) -> None:
    with pytest.raises(NotFound, match="has never moved a host src-c1 out of src"):
        start_host_plan(last.source, "src-c1", action="return_to_source")
    assert not Job.objects.filter(kind="plan_host").exists()


def test_a_host_on_its_way_is_listed_for_both_clouds_until_it_has_arrived(
    last: Reassignment,
) -> None:
    assert in_progress(last.source) == []  # nothing was ordered yet
    Reassignment.objects.update(is_removed=True)
    assert in_progress(last.source) == in_progress(last.destination) == [last]
    Job.objects.filter(pk=last.job.pk).update(state="done")
    assert in_progress(last.source) == []


def test_it_comes_back_with_the_roles_and_the_layout_that_it_had(
    fuel: FuelMaster, running: RunningMaster, last: Reassignment
) -> None:
    rediscover(fuel, running, last)
    plan = HostPlan.objects.create(
        cloud=last.source,
        host=HOST,
        action="return_to_source",
        options=OPTIONS,
        content=dict(draft(last).content),
        state=HostPlan.State.READY,
    )
    way_back = start_host_action(plan, confirmation=HOST).reassignment
    assert (way_back.source, way_back.destination) == (last.destination, last.source)
    assert (way_back.source_environment, way_back.destination_environment) == (DST, SRC)
    assert (way_back.roles, way_back.disks) == (["compute"], last.disks)
    assert way_back.interfaces == last.interfaces


def test_the_destination_may_be_left_out_where_there_is_one_other(last: Reassignment) -> None:
    assert destination_of(last.source, "") == last.destination
    Cloud.objects.create(name="third")
    with pytest.raises(BadInput, match="No destination cloud was given") as error:
        destination_of(last.source, "")
    assert error.value.fix == "Give destination: dst, third."
    with pytest.raises(BadInput, match="is already in src"):
        destination_of(last.source, "src")
    Cloud.objects.exclude(pk=last.source.pk).update(state=Cloud.State.VANISHED)
    with pytest.raises(BadInput, match="no cloud beside src"):
        destination_of(last.source, "")
