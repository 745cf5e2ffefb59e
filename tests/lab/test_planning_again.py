"""After a run that broke, an operator may plan again instead of resuming."""

from collections import Counter
from collections.abc import Collection

import pytest

from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run

# the project alone at first: all others wait for it
LOST = (("project",), ("network", "user"))
TYPES = [name for names in LOST for name in names]


@pytest.fixture(scope="module")
def tenant(seed):
    return seed(servers=0, volumes=0)


def test_a_new_plan_finds_what_a_broken_run_created_without_recording_it(
    tenant, plan_move, take_inventory, monkeypatch
):
    before = take_inventory()
    broken = plan_move(tenant["name"])
    for names in LOST:
        lose_records_of(names, monkeypatch)
        run(Execute().start(broken), state="errored")
        monkeypatch.undo()
    plan = plan_move(tenant["name"])
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    run(Execute().start(plan))
    assert created_since(before, take_inventory()) == {
        type_: plan.items.filter(type=type_, shared=False).count() for type_ in TYPES
    }
    run(Verify().start(plan))
    assert not plan.differences.filter(expected=False).exists()
    run(Rollback().start(plan, confirmation=tenant["name"]))
    assert take_inventory().ids() == before.ids()


def lose_records_of(names: Collection[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Break between the create call of these types and its record."""
    record = ledger.record_created

    def losing(entry, destination_id):
        if entry.type in names:
            raise RuntimeError("the record is lost")
        record(entry, destination_id)

    monkeypatch.setattr(ledger, "record_created", losing)


def created_since(before, now) -> Counter[str]:
    return Counter(
        {type_: len(now.destination[type_].keys() - before.destination[type_]) for type_ in TYPES}
    )
