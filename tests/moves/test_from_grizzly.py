"""The recorded tenant moves from a cloud that tells only what Grizzly did."""

from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moving import fresh
from tests.support.juno.moving import CHOICES, add_pools, from_juno, servers_of
from tests.support.juno.older import as_of_grizzly
from tests.support.juno.tenant import state_of

pytestmark = pytest.mark.django_db(transaction=True)


def macs_by_order(plan: Plan) -> set[str]:
    """Return the MACs whose loss is that they are known by the order of networks alone."""
    return {
        item.fields["mac_address"]
        for item in plan.items.filter(type="port")
        if any(loss["field"] == "mac_by_order" for loss in item.losses)
    }


@pytest.mark.parametrize("keystone", [("v2.0",), ("v2.0", "v3")], ids=["v2.0", "v3"])
def test_a_tenant_moves_back_and_for_good(tmp_path: Path, keystone: tuple[str, ...]):
    with from_juno(tmp_path, keystone=keystone) as clouds:
        as_of_grizzly(clouds.juno, page=3)
        add_pools(clouds.new)
        before = state_of(clouds.juno)
        plan = clouds.plan("acme", choices=CHOICES)
        assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
        assert macs_by_order(plan)
        clouds.execute(plan)
        assert len(servers_of(clouds.new)) == 7
        assert clouds.verify(plan) == []
        clouds.roll_back(plan)
        assert state_of(clouds.juno) == before
        again = clouds.plan("acme", choices=CHOICES)
        clouds.execute(again)
        assert clouds.verify(again) == []
        clouds.finalize(again)
        assert fresh(again).state == Plan.State.FINALIZED
