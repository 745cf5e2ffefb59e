"""Workers die by kill -9 at the worst moments; the job ends right, with one of each object."""

from collections import Counter

import pytest

import lab
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab import killed_move
from tests.lab.conftest import run
from tests.support.dying import killed_at


@pytest.fixture(scope="module")
def tenant(seed):
    return seed(servers=1, volumes=1)


@pytest.fixture(scope="module")
def before(tenant, take_inventory):
    return take_inventory()


@pytest.fixture(scope="module")
def move(tenant, before, plan_move, pumphouse_home) -> tuple[Plan, list[str]]:
    """The plan, executed by one runner after the other, each killed at another moment."""
    plan = plan_move(tenant["name"])
    job = Execute().start(plan)
    deaths = [
        moment
        for moment in killed_move.MOMENTS
        if killed_at(job, killed_move, moment, home=pumphouse_home, PUMPHOUSE_CONFIG="")
    ]
    run(job)
    plan.refresh_from_db()
    return plan, deaths


def test_drivers_died_at_every_moment(move):
    assert move[1] == [*killed_move.MOMENTS]


def test_there_is_one_of_each_object(move, before, take_inventory):
    now = take_inventory().ids()["destination"]
    created = Counter(move[0].items.filter(action="create").values_list("type", flat=True))
    for type_ in ("network", "subnet", "port", "router", "server", "volume", "user", "flavor"):
        new = now[type_] - before.ids()["destination"][type_]
        ours = {id_ for id_ in new if is_the_tenants(move[0], type_, id_)}
        assert len(ours) == created[type_], type_


def is_the_tenants(plan: Plan, type_: str, id_: str) -> bool:
    """Leave out what neutron makes for itself: the ports of routers and floating addresses."""
    return type_ != "port" or plan.ledger_entries.filter(type=type_, destination_id=id_).exists()


def test_verify_is_clean_and_bytes_are_equal(move, tenant):
    plan = move[0]
    run(Verify().start(plan))
    assert not plan.differences.filter(expected=False).exists()
    for entry in plan.ledger_entries.filter(type="server"):
        old, new = lab.disk_path("src", entry.source_id), lab.disk_path("dst", entry.destination_id)
        assert old.read_bytes() == new.read_bytes()


def test_nothing_temporary_is_left_and_rollback_leaves_nothing(
    move, before, tenant, take_inventory
):
    assert take_inventory().ids()["source"] == before.ids()["source"]
    run(Rollback().start(move[0], confirmation=tenant["name"]))
    assert take_inventory().ids() == before.ids()
