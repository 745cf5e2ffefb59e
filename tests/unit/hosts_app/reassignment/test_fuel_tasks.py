"""Orders to Fuel, against the lab's stand-in: each is given once, whenever the worker dies."""

from collections.abc import Callable

import pytest

from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.errors import Cancelled, NeedsOperator
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.fuel_tasks import FuelTasks
from lab.fuel import orders
from lab.fuel.control import control
from lab.fuel.master import Master
from lab.fuel.refusal import Refusal
from tests.support.fuel_masters import RunningMaster
from tests.support.reassignments import DST, Told, make_record

pytestmark = pytest.mark.django_db
FREE = 9


@pytest.fixture
def fuel(running: RunningMaster) -> FuelMaster:
    fuel = FuelMaster(running.endpoint)
    fuel.assign(DST, [FREE], roles=["compute"])
    return fuel


@pytest.fixture
def record(fuel: FuelMaster) -> Reassignment:
    return make_record(fuel)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def tasks(fuel: FuelMaster, record: Reassignment, told: Told) -> FuelTasks:
    return FuelTasks(fuel=fuel, record=record, environment_id=DST, context=told.context, seconds=20)


def provision(fuel: FuelMaster) -> Callable[[], Task]:
    return lambda: fuel.provision(DST, [FREE])


def never() -> Task:
    raise AssertionError("the order was given again")


def provisions(fuel: FuelMaster) -> int:
    return sum(task.name == "provision" for task in fuel.tasks(DST))


def switch(running: RunningMaster, words: str) -> None:
    with running.master.lock:
        control(running.master, running.server.login, words.split("/"))


def test_an_order_is_given_and_waited_for(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment, told: Told
) -> None:
    tasks.run("provision", provision(fuel))
    assert fuel.node(FREE).status == "provisioned"
    record.refresh_from_db()
    assert fuel.task(record.tasks["provision"]["id"]).status == "ready"
    shown = [done for done, _, _ in told.progress]
    assert shown == sorted(shown)


def test_a_worker_that_died_after_the_order_waits_for_its_task(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment
) -> None:
    newest = max((task.id for task in fuel.tasks(DST)), default=0)
    record.tasks = {"provision": {"after": newest}}
    fuel.provision(DST, [FREE])  # and here it died, before it had noted the task
    tasks.run("provision", never)
    assert provisions(fuel) == 1


def test_a_worker_that_died_before_the_order_gives_it(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment
) -> None:
    record.tasks = {"provision": {"after": 0}}
    tasks.run("provision", provision(fuel))
    assert provisions(fuel) == 1


def test_a_worker_that_died_while_it_waited_goes_on_waiting(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment
) -> None:
    record.tasks = {"provision": {"after": 0, "id": fuel.provision(DST, [FREE]).id}}
    tasks.run("provision", never)
    assert fuel.node(FREE).status == "provisioned"


def test_a_check_of_the_networks_since_then_is_not_taken_for_the_order(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment, running: RunningMaster
) -> None:
    record.tasks = {"provision": {"after": 0}}
    fuel._connection.put_request(f"clusters/{DST}/network_configuration/neutron/verify", {})
    tasks.run("provision", provision(fuel))
    assert provisions(fuel) == 1


def test_what_failed_is_told_and_ordered_anew_when_it_is_tried_again(
    tasks: FuelTasks, fuel: FuelMaster, running: RunningMaster
) -> None:
    switch(running, "fail/provision")
    with pytest.raises(NeedsOperator, match="Provision has failed"):
        tasks.run("provision", provision(fuel))
    tasks.run("provision", provision(fuel))
    assert provisions(fuel) == 2
    assert fuel.node(FREE).status == "provisioned"


def test_a_failure_that_nobody_saw_is_told_before_anything_is_ordered_anew(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment, running: RunningMaster
) -> None:
    switch(running, "fail/provision")
    task = fuel.provision(DST, [FREE])
    while not fuel.task(task.id).is_over:
        pass
    record.tasks = {"provision": {"after": 0, "id": task.id}}
    with pytest.raises(NeedsOperator, match="Provision has failed"):
        tasks.run("provision", never)


def test_a_busy_fuel_is_waited_for(
    tasks: FuelTasks,
    fuel: FuelMaster,
    running: RunningMaster,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    switch(running, "busy/dst-cloud")
    looks = []

    def mended_at_the_second_look(master: FuelMaster, environment: int) -> list[Task]:
        looks.append(1)
        if len(looks) == 2:
            switch(running, "restore")
        return [task for task in master.tasks(environment) if not task.is_over]

    monkeypatch.setattr(FuelMaster, "running_tasks", mended_at_the_second_look)
    tasks.run("provision", provision(fuel))
    assert any(line.startswith("Waiting for Fuel's task deploy") for line in told.lines)
    assert provisions(fuel) == 1


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, "Cannot perform the actions because there are another running tasks."),
        (400, "A task is already running."),
        (409, "Deployment already started"),
        (403, "Network configuration cannot be changed during deployment and after upgrade."),
    ],
)
def test_an_order_that_comes_just_after_anothers_is_given_again(
    tasks: FuelTasks,
    fuel: FuelMaster,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    text: str,
) -> None:
    """Nothing ran when Fuel was asked, and then somebody else was faster."""
    answers = [Refusal(status, text)]

    def refuse_once(master: Master, cluster_id: int, refusal: Refusal) -> None:
        if answers:
            raise answers.pop()

    monkeypatch.setattr(orders, "_refuse_while_busy", refuse_once)
    tasks.run("provision", provision(fuel))
    assert "Waiting for what Fuel does in environment 2 to end." in told.lines
    assert provisions(fuel) == 1


def test_a_fuel_that_stays_busy_is_given_up_at_the_limit_in_words(
    fuel: FuelMaster, record: Reassignment, running: RunningMaster
) -> None:
    switch(running, "busy/dst-cloud")
    tasks = FuelTasks(
        fuel=fuel, record=record, environment_id=DST, context=Told().context, seconds=0
    )
    with pytest.raises(FuelBusy, match="is still running after"):
        tasks.run("provision", never)
    assert record.tasks == {}


def test_an_order_that_fuel_refuses_can_be_given_again(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment
) -> None:
    with pytest.raises(NeedsOperator, match="Nodes 2 do not belong to cluster 2"):
        tasks.run("provision", lambda: fuel.provision(DST, [2]))
    assert record.tasks == {}


def stop(fuel: FuelMaster) -> None:
    """Press "Stop" in Fuel."""
    fuel.wait_for_task(
        Task.of(fuel._connection.put_request(f"clusters/{DST}/stop_deployment", {})), seconds=20
    )


def test_a_task_that_is_stopped_in_fuel_is_told_and_started_again_by_a_retry(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment, told: Told
) -> None:
    stops = iter([lambda: stop(fuel)])
    context = told.context
    object.__setattr__(context, "check", lambda: next(stops, lambda: None)())
    stopped = FuelTasks(fuel=fuel, record=record, environment_id=DST, context=context, seconds=20)
    with pytest.raises(NeedsOperator, match=r"task provision .* was stopped in Fuel by somebody"):
        stopped.run("provision", provision(fuel))
    assert fuel.node(FREE).pending_roles == ("compute",)
    assert record.tasks == {}
    tasks.run("provision", provision(fuel))
    assert fuel.node(FREE).status == "provisioned"


def test_a_worker_that_finds_its_task_stopped_starts_none_by_itself(
    tasks: FuelTasks, fuel: FuelMaster, record: Reassignment
) -> None:
    record.tasks = {"provision": {"after": 0, "id": fuel.provision(DST, [FREE]).id}}
    stop(fuel)
    with pytest.raises(NeedsOperator, match="was stopped in Fuel by somebody"):
        tasks.run("provision", never)
    assert record.tasks == {}


def test_a_cancel_is_heard_while_fuel_works(
    fuel: FuelMaster, record: Reassignment, told: Told
) -> None:
    def cancelled() -> None:
        raise Cancelled

    context = told.context
    object.__setattr__(context, "check", cancelled)
    tasks = FuelTasks(fuel=fuel, record=record, environment_id=DST, context=context, seconds=20)
    with pytest.raises(Cancelled):
        tasks.run("provision", provision(fuel))
    assert "id" in record.tasks["provision"]
