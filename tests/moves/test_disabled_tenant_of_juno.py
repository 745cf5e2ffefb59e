"""A disabled tenant of a cloud with nova-network: its floating addresses cannot be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moving import fresh
from tests.support.juno.moving import CHOICES, FromJuno, add_pools, from_juno
from tests.support.juno.tenant import state_of

pytestmark = pytest.mark.django_db(transaction=True)
WITHOUT_ADDRESSES = {
    f"floating_ip:{address}": "skip" for address in ("172.24.4.225", "172.24.4.226", "172.25.0.1")
}


@pytest.fixture(params=["v2.0", "v3"])
def clouds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FromJuno]:
    with from_juno(tmp_path, keystone=(request.param,)) as clouds:
        add_pools(clouds.new)
        [acme] = [t for t in clouds.juno.state["keystone"]["tenants"] if t["name"] == "acme"]
        acme["enabled"] = False
        yield clouds


def test_it_is_blocked_for_its_floating_addresses(clouds):
    plan = clouds.plan("acme", choices=CHOICES)
    assert plan.state == Plan.State.BLOCKED
    [sentence] = plan.findings.filter(severity="block").values_list("sentence", flat=True)
    assert sentence.startswith("Project acme is disabled on cloud juno: nova-network takes back")


def test_it_moves_back_and_for_good_without_them(clouds):
    before = state_of(clouds.juno)
    plan = clouds.plan("acme", choices=CHOICES | WITHOUT_ADDRESSES)
    assert plan.state == Plan.State.READY
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert state_of(clouds.juno) == before
    again = clouds.plan("acme", choices=CHOICES | WITHOUT_ADDRESSES)
    clouds.execute(again)
    assert clouds.verify(again) == []
    clouds.finalize(again)
    assert fresh(again).state == Plan.State.FINALIZED
