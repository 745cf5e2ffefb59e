"""Orders to Fuel, against the lab's stand-in: each is given once, whenever the worker dies."""

from collections.abc import Callable

import pytest

from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.errors import Cancelled, NeedsOperator
from dashboard.hosts_app.models import Reassignment
from dashboard.hosts_app.reassignment.fuel_tasks import FuelTasks
from lab.fuel.control import control
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

    def mended_at_the_second_look() -> bool | None:
        looks.append(1)
        if len(looks) == 2:
            switch(running, "restore")
        return None if fuel.running_tasks(DST) else True

    monkeypatch.setattr(FuelTasks, "_is_free", lambda _: mended_at_the_second_look())
    tasks.run("provision", provision(fuel))
    assert any(line.startswith("Waiting for Fuel's task deploy") for line in told.lines)
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
    with pytest.raises(NeedsOperator, match="not provisioned"):
        tasks.run("deploy", lambda: fuel.deploy(DST, [FREE]))
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
