"""Steps run in any order that their dependencies allow: none relies on another unsaid.

The tenants end at various services: the more a tenant has, the fewer orders are possible.
"""

import pytest

from tests.support.cloud.any_order import in_any_order
from tests.support.cloud.contents import contents
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.seeded_until("network")
# of forty orders the five in which a group was deleted before the router whose port was in it
@pytest.mark.parametrize("seed", (12, 21, 29, 43, 46))
def test_a_tenant_of_networks_moves_and_comes_back(clouds, seed):
    assert_moves_and_comes_back(clouds, seed)


@pytest.mark.parametrize("seed", range(2))
def test_a_whole_tenant_moves_and_comes_back(clouds, seed):
    assert_moves_and_comes_back(clouds, seed)


def assert_moves_and_comes_back(clouds: TwoClouds, seed: int) -> None:
    """Assert that nothing differs after a move, and nothing is left after its rollback."""
    before = contents(clouds.old), contents(clouds.new)
    plan = clouds.plan(NAME)
    with in_any_order(seed):
        clouds.execute(plan)
        assert clouds.verify(plan) == []
        clouds.roll_back(plan)
    assert (contents(clouds.old), contents(clouds.new)) == before
