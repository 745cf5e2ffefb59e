"""A tenant moves between real clouds and comes back by itself while one call in twenty fails."""

import pytest

import lab
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.support.flaky_network import flaky_network

# tests/moves/test_flaky.py has the same in memory, with more orders of what fails
pytestmark = pytest.mark.matrix


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_move_ends_right_by_itself(number, seed, plan_move, take_inventory):
    tenant = seed(servers=1, volumes=1)
    before = take_inventory()
    with flaky_network(number) as faults:
        plan = plan_move(tenant["name"])
        run(Execute().start(plan))
        run(Verify().start(plan))
        assert not plan.differences.filter(expected=False).exists()
        entry = plan.ledger_entries.get(type="server")
        old, new = lab.disk_path("src", entry.source_id), lab.disk_path("dst", entry.destination_id)
        assert old.read_bytes() == new.read_bytes()
        run(Rollback().start(plan, confirmation=tenant["name"]))
    assert faults.total() > 10, faults
    assert take_inventory().ids() == before.ids()
