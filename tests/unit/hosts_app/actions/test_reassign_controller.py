"""Controllers move by the steps of hosts, with Fuel's stand-in; clouds are asked in the lab."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.inventory import InventoryHost
from dashboard.clients.ipmi import Bmc
from dashboard.errors import BadInput, NeedsOperator
from dashboard.hosts_app.actions import reassign_controller
from dashboard.hosts_app.models import Cloud, HostPlan, Reassignment
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.host_plans import draft_host_plan, start_host_action
from dashboard.hosts_app.reassignment import environment_removal as reassignment_release
from dashboard.hosts_app.reassignment import smoke_test as reassignment_proof
from dashboard.hosts_app.reassignment.deployment import deploy
from dashboard.hosts_app.reassignment.drained import Leftovers
from dashboard.hosts_app.reassignment.facts import (
    Machine,
    ReassignmentFacts,
    read_environment,
    read_example,
)
from dashboard.hosts_app.reassignment.steps import STEPS
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.models import Job
from tests.support import rows
from tests.support.fuel_masters import RunningMaster, switch
from tests.support.reassignments import DST, SRC, Told

pytestmark = pytest.mark.django_db
CONTROLLER = "src-control"
ACTION = "reassign_controller"
Draft = Callable[..., HostPlan]


@pytest.fixture(autouse=True)
def left(monkeypatch: pytest.MonkeyPatch) -> dict[str, Leftovers]:
    """Stand in for the source's answers: it is drained but for what a test puts in."""
    answer = {"now": Leftovers()}
    monkeypatch.setattr(reassign_controller, "connect", lambda cloud: cloud)
    monkeypatch.setattr(reassign_controller, "leftovers_of", lambda *_: answer["now"])
    return answer


@pytest.fixture
def clouds() -> list[Cloud]:
    return [Cloud.objects.create(name=name) for name in ("src", "dst")]


@pytest.fixture
def draft(fuel: FuelMaster, clouds: list[Cloud], monkeypatch: pytest.MonkeyPatch) -> Draft:
    """Return a function that plans for a node of the source, by what the stand-in says."""

    def read(
        _source: Cloud, _destination: Cloud, host: str, *, roles: list[str]
    ) -> ReassignmentFacts:
        source, destination = (read_environment(fuel, fuel.environment(id_)) for id_ in (SRC, DST))
        node = next((one for one in source.nodes if one.fqdn == host), None)
        return ReassignmentFacts(
            host=host,
            node=node,
            source=source,
            destination=destination,
            machine=Machine(host=InventoryHost(name=host)),
            interfaces=fuel.interfaces(node.id) if node else (),
            disks=fuel.disks(node.id) if node else (),
            example=read_example(fuel, destination, roles=roles),
        )

    def plan_for(host: str = CONTROLLER, **options: Any) -> HostPlan:
        defaults = {option.name: option.default for option in all_host_actions()[ACTION].options}
        plan = HostPlan.objects.create(
            cloud=clouds[0], host=host, action=ACTION, options=defaults | options
        )
        draft_host_plan(plan)
        return plan

    monkeypatch.setattr(reassign_controller, "read_reassignment", read)
    return plan_for


def refused(plan: HostPlan) -> list[str]:
    return [refusal["sentence"] for refusal in plan.refusals]


def started(plan: HostPlan) -> Job:
    return start_host_action(plan, confirmation="src-cloud")


def keys_of(job: Job) -> list[str]:
    return list(job.steps.order_by("ordinal").values_list("key", flat=True))


def remove_computes(running: RunningMaster) -> None:
    for node in running.master.nodes_of(SRC):
        if "compute" in node["roles"]:
            del running.master.rows["nodes"][node["id"]]


def test_a_controller_of_a_drained_cloud_may_go(draft: Draft) -> None:
    plan = draft()
    assert refused(plan) == []
    outcomes = {line["subject"]: line["outcome"] for line in plan.lines}
    assert not any("nova-compute" in subject for subject in outcomes)
    assert outcomes["environment dst-cloud"] == "its changes are deployed"
    assert "a small server" not in outcomes
    assert any("the last controller of" in note for note in plan.notes)
    assert any("has 2 controllers" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("leftovers", "told"),
    [
        (Leftovers(tenants=["shop"]), "Cloud src still has tenants: shop."),
        (Leftovers(servers=["web"]), "Cloud src still has servers: web."),
        (
            Leftovers(computes=[f"c{number}" for number in range(7)]),
            "Cloud src still has computes: c0, c1, c2, c3, c4 and 2 more.",
        ),
    ],
)
def test_what_is_left_in_the_cloud_keeps_its_controllers(
    draft: Draft, left: dict[str, Leftovers], leftovers: Leftovers, told: str
) -> None:
    left["now"] = leftovers
    plan = draft()
    assert refused(plan) == [told]
    with pytest.raises(BadInput):
        started(plan)


def test_a_compute_is_no_controller(draft: Draft) -> None:
    assert "src-c1 is a compute." in refused(draft("src-c1"))


def test_changes_that_wait_in_the_destination_are_named(draft: Draft, fuel: FuelMaster) -> None:
    free = fuel.unassigned_nodes()[0]
    fuel.assign(DST, [free.id], roles=["compute"])
    assert any(
        f"Node {free.fqdn} of environment dst-cloud is pending" in one for one in refused(draft())
    )
    assert refused(draft(roles="cinder")) == []


def test_its_networks_are_those_of_its_new_roles_on_the_interfaces_that_were_chosen(
    draft: Draft,
) -> None:
    def network_lines(plan: HostPlan) -> dict[str, str]:
        lines = (line for line in plan.lines if line["subject"].startswith("network "))
        return {line["subject"]: line["outcome"] for line in lines}

    assert network_lines(draft()) == {}
    assert network_lines(draft(roles="compute")) == {"network public": "not on src-control"}
    plan = draft(networks="public=eth3, storage=eth1")
    assert refused(plan) == []
    assert network_lines(plan) == {"network public": "on eth3", "network storage": "on eth1"}
    job = started(plan)
    assert job.params["places"] == {
        "fuelweb_admin": "eth0",
        "management": "eth2",
        "private": "eth2",
        "public": "eth3",
        "storage": "eth1",
    }
    with pytest.raises(BadInput, match="does not name networks and their interfaces"):
        draft(networks="public")


def test_roles_that_its_new_environment_does_not_give_are_refused(draft: Draft) -> None:
    (found,) = refused(draft(roles="controller, ceph-osd"))
    assert found.startswith("Environment dst-cloud does not allow the role ceph-osd: Ceph should")
    assert "no node can have both roles controller and compute" in " ".join(
        refused(draft(roles="controller, compute"))
    )


def test_no_role_at_all_is_refused(draft: Draft) -> None:
    with pytest.raises(BadInput, match="A node needs a role"):
        draft(roles=" , ")


def test_the_environments_name_confirms_it_and_not_the_hosts(draft: Draft) -> None:
    plan = draft()
    with pytest.raises(BadInput, match="Type src-cloud"):
        start_host_action(plan, confirmation=CONTROLLER)
    job = started(plan)
    assert keys_of(job) == ["remove", "boot", "discover", "assign", "deploy", "refresh"]


def test_a_host_that_nova_does_not_know_can_be_planned_for(
    clouds: list[Cloud], client: Any
) -> None:
    client.force_login(rows.user_with("admin"))
    plans = f"/api/hosts/src/{CONTROLLER}/plans/"
    assert client.post(plans, {"action": "evacuate"}).status_code == 404
    assert client.post(plans, {"action": ACTION}).status_code == 202
    assert HostPlan.objects.get().host == CONTROLLER
    assert client.post(plans.replace("src/", "none/"), {"action": ACTION}).status_code == 404


def test_fuels_health_check_comes_first_and_after_the_deployment_by_choice(draft: Draft) -> None:
    keys = keys_of(started(draft(health=True)))
    assert keys == [
        "health_before",
        "remove",
        "boot",
        "discover",
        "assign",
        "deploy",
        "health_after",
        "refresh",
    ]


def test_one_that_becomes_a_compute_is_proven_as_one(draft: Draft) -> None:
    keys = keys_of(started(draft(roles="compute")))
    assert keys[-4:] == ["deploy", "join", "probe", "refresh"]
    assert "provision" in keys and "forget" not in keys


class Walk:
    """Does the steps of a job one after the other, each as a worker that has just started."""

    def __init__(self, job: Job, fuel: FuelMaster) -> None:
        self.job, self.fuel, self.told = job, fuel, Told()

    def work(self, key: str) -> ReassignmentWork:
        work = ReassignmentWork(self.job.steps.get(key=key), self.told.context)
        work.__dict__.update(fuel=self.fuel, source="src", machine=BOOTING)
        return work

    def step(self, key: str) -> None:
        STEPS[key](self.work(key))


BOOTING = InventoryHost(
    name=CONTROLLER, bmc=Bmc(name=CONTROLLER, address="", user="u", password="p" * 8)
)


@pytest.fixture
def walk(
    draft: Draft, fuel: FuelMaster, running: RunningMaster, monkeypatch: pytest.MonkeyPatch
) -> Walk:
    """Return the walk of a controller whose BMC boots it into the stand-in."""
    monkeypatch.setattr(Bmc, "boot_from_network", lambda _: None)
    monkeypatch.setattr(Bmc, "power_cycle", lambda _: switch(running, f"pxe/{CONTROLLER}"))
    monkeypatch.setattr(reassignment_release, "require_drained", lambda *_: None)
    remove_computes(running)
    return Walk(started(draft()), fuel)


def test_it_goes_all_the_way(walk: Walk, fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(
        reassignment_proof, "refresh_hosts", lambda cloud: looked.append(cloud.name)
    )
    for key in keys_of(walk.job):
        walk.step(key)
    record = Reassignment.objects.get(job=walk.job)
    node = fuel.node_with_macs(record.macs)
    assert node and (node.environment_id, node.status) == (DST, "ready")
    assert set(node.roles) == {"controller"}
    assert fuel.nodes(SRC) == []
    assert looked == ["dst"]
    assert "Laid out interfaces of node" in " ".join(walk.told.lines)


def test_the_others_of_its_new_environment_are_deployed_with_it(
    walk: Walk, fuel: FuelMaster
) -> None:
    for key in keys_of(walk.job)[:-1]:
        walk.step(key)
    tasks = [task for task in fuel.tasks(DST) if task.parent_id is None]
    assert [task.name for task in tasks] == ["deploy"]
    children = {task.name for task in fuel.tasks(DST) if task.parent_id == tasks[0].id}
    assert children == {"provision", "deployment"}


def test_what_came_into_the_cloud_since_the_plan_keeps_it(
    walk: Walk, fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def require_drained(*_: Any) -> None:
        raise NeedsOperator("Cloud src still has tenants: shop.")

    monkeypatch.setattr(reassignment_release, "require_drained", require_drained)
    with pytest.raises(NeedsOperator, match="shop"):
        walk.step("remove")
    (node,) = fuel.nodes(SRC)
    assert not node.pending_deletion
    assert not Reassignment.objects.get(job=walk.job).is_removed


def test_a_change_that_came_since_is_not_deployed_with_it(walk: Walk, fuel: FuelMaster) -> None:
    for key in ("remove", "boot", "discover", "assign"):
        walk.step(key)
    free = fuel.unassigned_nodes()[0]
    fuel.assign(DST, [free.id], roles=["compute"])
    with pytest.raises(NeedsOperator, match=f"Node {free.fqdn} has pending changes"):
        deploy(walk.work("deploy"))
    assert fuel.node(free.id).status == "discover"


def test_the_cloud_that_lost_its_last_controller_is_not_asked(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: Any) -> None:
        raise AssertionError("the cloud was asked")

    walk.step("remove")
    for name in ("require_drained", "require_empty", "providers_of"):
        monkeypatch.setattr(reassignment_release, name, asked)
    walk.step("remove")
    assert Reassignment.objects.get(job=walk.job).is_removed
