"""Which test tenants a configuration asks for."""

import re

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.seeding.context import SeedCounts
from dashboard.migrations_app.seeding.workloads import wanted_tenants

COUNTS = SeedCounts(tenants=2, servers=3)


def test_without_workloads_as_many_random_tenants_as_are_counted() -> None:
    wanted = wanted_tenants({"tenants": []}, COUNTS)
    assert [*wanted.values()] == [COUNTS, COUNTS]
    assert all(re.fullmatch(r"pumphouse-demo-[0-9a-f]{6}", name) for name in wanted)


def test_workloads_name_the_tenants_and_how_many_servers_they_have() -> None:
    tenants = [{"name": "pumphouse-a", "servers": [{}, {}]}, {"name": "pumphouse-b"}]
    wanted = wanted_tenants({"tenants": tenants, "flavors": []}, COUNTS)
    assert {name: counts.servers for name, counts in wanted.items()} == {
        "pumphouse-a": 2,
        "pumphouse-b": 3,
    }


@pytest.mark.parametrize("tenants", [[{"name": "shop"}], [{}], ["pumphouse-a"], "pumphouse-a"])
def test_what_cleanup_would_not_find_is_refused(tenants: object) -> None:
    with pytest.raises(BadInput) as refused:
        wanted_tenants({"tenants": tenants}, COUNTS)
    assert refused.value.fix
