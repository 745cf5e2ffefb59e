"""Steps of a reassignment that need Fuel alone: where the host is, how it is found and laid out."""

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.inventory import InventoryHost
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.deployment import assign, deploy, provision
from dashboard.hosts_app.reassignment.discovery import discover
from dashboard.hosts_app.reassignment.location import location_of
from dashboard.hosts_app.reassignment.steps import Choices, Route, start_reassignment
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel, skip_step
from dashboard.jobs.requester import NOBODY
from tests.support.fuel_layouts import BOND, bonded, public_everywhere
from tests.support.fuel_masters import RunningMaster, discovered_node, switch
from tests.support.reassignments import (
    DST,
    HOST,
    NODE,
    SRC,
    Told,
    make_record,
    make_work,
    stopped_in_fuel,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(fuel: FuelMaster) -> Reassignment:
    interfaces = fuel.interfaces(NODE)
    # unlike Fuel's own choice
    interfaces[2]["assigned_networks"], interfaces[3]["assigned_networks"] = (
        interfaces[3]["assigned_networks"],
        interfaces[2]["assigned_networks"],
    )
    return make_record(
        fuel,
        interfaces=interfaces,
        disks=fuel.disks(NODE),
        is_removed=True,
        is_booted=True,
        old_roles=["compute"],
    )


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def work(fuel: FuelMaster, record: Reassignment, told: Told) -> ReassignmentWork:
    return make_work(fuel, record, told)


def remove(fuel: FuelMaster) -> None:
    fuel.unassign(SRC, [NODE])
    fuel.wait_for_task(fuel.deploy_changes(SRC), seconds=20)


def plug_in_and_find(fuel: FuelMaster, running: RunningMaster) -> int:
    switch(running, f"pxe/{HOST}")
    while not (found := discovered_node(fuel, running_macs(running))):
        pass
    return found.id


def running_macs(running: RunningMaster) -> list[str]:
    macs: list[str] = running.master.machines[HOST]["macs"]
    return macs


def test_its_location_is_known_at_every_stage(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment
) -> None:
    assert location_of(fuel, record) == "It is node 4 of environment src-cloud in Fuel: deployed."
    fuel.unassign(SRC, [NODE])
    assert "marked for removal" in location_of(fuel, record)
    remove(fuel)
    assert location_of(fuel, record) == (
        "Fuel does not know src-c3: it was removed and has not been discovered since."
    )
    new = plug_in_and_find(fuel, running)
    assert location_of(fuel, record) == (
        f"Fuel has discovered it as node {new}, which is in no environment."
    )
    fuel.assign(DST, [new], roles=["compute"])
    assert f"node {new} of environment dst-cloud in Fuel: assigned to it" in location_of(
        fuel, record
    )
    switch(running, "fail/provision")
    with pytest.raises(NeedsOperator):
        fuel.wait_for_task(fuel.provision(DST, [new]), seconds=20)
    assert "the installation of its operating system failed" in location_of(fuel, record)
    running.master.rows["nodes"][new]["online"] = False
    assert location_of(fuel, record).endswith("system failed, and it is offline.")


@pytest.mark.parametrize("stage", ["provision", "deploy"])
def test_a_stage_that_is_stopped_in_fuel_is_done_by_a_retry(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment, told: Told, stage: str
) -> None:
    steps = {"provision": provision, "deploy": deploy}
    remove(fuel)
    plug_in_and_find(fuel, running)
    assign(make_work(fuel, record, told))
    if stage == "deploy":
        provision(make_work(fuel, record, told))
    work = stopped_in_fuel(make_work(fuel, record, told, step=stage), DST)
    with pytest.raises(NeedsOperator, match=f"task {stage} .* was stopped in Fuel by somebody"):
        steps[stage](work)
    node = work.find_node()
    assert node and node.pending_roles == ("compute",)
    for name in (stage, "deploy"):
        steps[name](make_work(fuel, record, told, step=name))
    assert work.node().status == "ready"


def test_in_a_rack_of_its_own_a_host_gets_the_boot_network_of_that_rack(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment, told: Told
) -> None:
    fuel.create_nodegroup(DST, name="rack2")
    group = fuel.nodegroups(DST)["rack2"]
    networks = running.master.rows["clusters"][DST]["_networks"]["networks"]
    boots = next(
        one for one in networks if one["name"] == "fuelweb_admin" and one["group_id"] == group
    )
    running.master.machines[HOST]["ip"] = boots["cidr"].replace(".0/24", ".9")
    remove(fuel)
    new = plug_in_and_find(fuel, running)
    assign(make_work(fuel, record, told))
    assert fuel.node(new).group_id == group
    assert any("put it into nodegroup rack2" in line for line in told.lines)
    ids = {one["id"] for face in fuel.interfaces(new) for one in face["assigned_networks"]}
    own = {one["id"] for one in networks if one["group_id"] == group and one["name"] != "public"}
    assert ids == own


def test_it_is_laid_out_as_it_was_and_deployed_under_its_new_id(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment, told: Told
) -> None:
    remove(fuel)
    new = plug_in_and_find(fuel, running)
    for step in (assign, assign):  # again, as after a crash
        step(make_work(fuel, record, told))
    names = {
        face["name"]: [one["name"] for one in face["assigned_networks"]]
        for face in fuel.interfaces(new)
    }
    assert names["eth2"] == ["storage"]
    assert sorted(names["eth3"]) == ["management", "private"]
    ids = {one["id"] for face in fuel.interfaces(new) for one in face["assigned_networks"]}
    wanted = fuel.network_ids(DST)
    assert ids == {number for name, number in wanted.items() if name != "public"}
    provision(make_work(fuel, record, told, step="provision"))
    deploy(make_work(fuel, record, told, step="deploy"))
    assert fuel.node(new).status == "ready"
    record.refresh_from_db()
    assert record.new_host == fuel.node(new).fqdn


def test_a_host_gets_the_public_network_that_its_new_environment_gives_it_and_its_bond(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment, told: Told
) -> None:
    public_everywhere(running, DST)
    bonded(running, HOST)
    record.interfaces = fuel.interfaces(NODE)
    record.save()
    remove(fuel)
    new = plug_in_and_find(fuel, running)
    for _ in range(2):  # again, as after a crash
        assign(make_work(fuel, record, told))
    found = {face["name"]: face for face in fuel.interfaces(new)}
    assert [one["name"] for one in found["eth1"]["assigned_networks"]] == ["public"]
    assert {one["name"] for one in found["bond0"]["assigned_networks"]} == {
        "management",
        "private",
        "storage",
    }
    assert BOND.items() <= found["bond0"].items()


def test_what_is_installed_already_is_not_installed_again(
    fuel: FuelMaster, running: RunningMaster, record: Reassignment, told: Told
) -> None:
    remove(fuel)
    new = plug_in_and_find(fuel, running)
    fuel.assign(DST, [new], roles=["compute"])
    fuel.wait_for_task(fuel.provision(DST, [new]), seconds=20)
    before = len(fuel.tasks(DST))
    provision(make_work(fuel, record, told))
    assert len(fuel.tasks(DST)) == before


def test_a_host_that_fuel_never_finds_is_told_at_the_limit_and_boots_when_tried_again(
    fuel: FuelMaster, work: ReassignmentWork, record: Reassignment
) -> None:
    remove(fuel)
    with pytest.raises(NeedsOperator, match="has not discovered src-c3 within 0 minutes"):
        discover(work)
    record.refresh_from_db()
    assert not record.is_booted
    work.__dict__["machine"] = InventoryHost(name=HOST)
    with pytest.raises(NeedsOperator, match="has no BMC"):
        discover(work)


def test_a_node_with_some_of_its_addresses_is_named_and_not_taken(
    fuel: FuelMaster, running: RunningMaster, work: ReassignmentWork, record: Reassignment
) -> None:
    remove(fuel)
    new = plug_in_and_find(fuel, running)
    record.macs = [*record.macs, "52:54:00:ff:ff:ff"]
    record.save()
    with pytest.raises(NeedsOperator, match=f"Node {new} has only some of its MAC addresses"):
        discover(work)


def journey_of(record: Reassignment, choices: Choices) -> Job:
    fresh = Reassignment(
        **{
            name: getattr(record, name)
            for name in ("source", "destination", "source_environment", "destination_environment")
        },
        host=HOST,
        is_removed=record.is_removed,
        location=record.location,
    )
    names = Route(host="other", source="src", destination="dst", old="src-cloud", new="dst-cloud")
    return start_reassignment(fresh, names, choices, title="Move it", about=record.source)


def test_nothing_goes_on_where_what_it_needs_was_skipped(record: Reassignment) -> None:
    job = journey_of(record, Choices(discovery_seconds=60, deploy_seconds=60, mac="x"))
    skip_step(job.steps.get(key="switch"), reason="by hand", requester=NOBODY)
    assert not job.steps.filter(state="skipped").exclude(key="switch").exists()
    skip_step(job.steps.get(key="remove"), reason="no", requester=NOBODY)
    assert not job.steps.filter(state="pending").exists()


def test_steps_that_were_not_chosen_are_not_there(record: Reassignment) -> None:
    job = journey_of(record, Choices(discovery_seconds=60, deploy_seconds=60, probes=False))
    assert not job.steps.filter(key__in=["switch", "probe"]).exists()


def test_a_cancelled_job_says_where_the_host_is_and_does_not_open_it(record: Reassignment) -> None:
    record.location = "It is discovered in Fuel as node 12 and belongs to no environment."
    job = journey_of(record, Choices(discovery_seconds=60, deploy_seconds=60))
    cancel(job, requester=NOBODY)
    job.refresh_from_db()
    assert "as node 12 and belongs to no environment. A retry continues" in job.explanation
    assert not Job.objects.filter(kind="host_maintenance").exists()


def test_a_job_that_was_cancelled_before_its_removal_opens_the_host(record: Reassignment) -> None:
    record.is_removed = False
    cancel(record.job, requester=NOBODY)
    job = journey_of(record, Choices(discovery_seconds=60, deploy_seconds=60))
    Job.objects.filter(pk=job.pk).update(params=job.params | {"was_closed": False})
    cancel(job, requester=NOBODY)
    assert Job.objects.get(kind="host_maintenance").params["host"] == HOST


def test_its_news_say_what_it_is_now(record: Reassignment) -> None:
    record.new_host = "node-12"
    record.save()
    Job.objects.filter(pk=record.job.pk).update(state="done")
    event = job_kind("reassign").event(Job.objects.get(pk=record.job.pk))
    assert event and event.sentence == "Host src-c3 of src is now host node-12 of dst."
