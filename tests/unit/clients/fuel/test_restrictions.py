"""The language of Fuel's conditions."""

import pytest

from dashboard.clients.fuel.restrictions import UnreadableCondition, holds
from dashboard.clients.fuel.roles import Role, closed_because, conflicts_among

MODELS = {
    "settings": {"storage": {"ceph": {"value": False}, "pool": {"value": 3}}},
    "cluster": {"mode": "ha_compact", "net_provider": "neutron"},
    "version": {"feature_groups": ["advanced"]},
}


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        ("settings:storage.ceph.value == false", True),
        ("settings:storage.ceph.value != false", False),
        ("settings:storage.pool.value == 3", True),
        ("cluster:mode == 'ha_compact' and settings:storage.ceph.value == true", False),
        ("cluster:mode == 'multinode' or cluster:net_provider == \"neutron\"", True),
        ("not ('experimental' in version:feature_groups)", True),
        ("not ('advanced' in version:feature_groups)", False),
        ("not settings:storage.ceph.value", True),
        ("settings:storage.none.value? == null", True),
        ("(cluster:mode == 'x' or true) and not (false)", True),
        ("false and true or true", True),
        ("true or true and false", True),
    ],
)
def test_a_condition_is_read_as_nailgun_reads_it(condition: str, is_true: bool) -> None:
    assert holds(condition, MODELS) is is_true


@pytest.mark.parametrize(
    "condition",
    [
        "settings:storage.none.value == false",
        "nothing:at.all == 1",
        "settings:storage.pool.value > 3",
        "(true",
        "true false",
        "",
        "== 1",
    ],
)
def test_what_cannot_be_read_is_never_taken_for_an_answer(condition: str) -> None:
    with pytest.raises(UnreadableCondition):
        holds(condition, MODELS)


@pytest.mark.parametrize(
    "restriction",
    [
        {"condition": "cluster:mode == 'ha_compact'", "message": "Not in HA."},
        {"cluster:mode == 'ha_compact'": "Not in HA."},
    ],
)
def test_a_restriction_is_read_in_each_way_that_it_is_written(
    restriction: dict[str, str],
) -> None:
    role = Role.of({"name": "mongo", "meta": {"restrictions": [restriction]}})
    assert list(closed_because(role, MODELS)) == ["Not in HA"]
    bare = Role.of({"name": "mongo", "meta": {"restrictions": ["cluster:mode == 'ha_compact'"]}})
    assert list(closed_because(bare, MODELS)) == ["cluster:mode == 'ha_compact'"]


def test_roles_conflict_whichever_of_them_says_so() -> None:
    roles = [
        Role.of({"name": "controller", "meta": {"conflicts": ["compute"]}}),
        Role.of({"name": "compute", "meta": {}}),
        Role.of({"name": "base-os", "meta": {"conflicts": "*"}}),
    ]
    known = {role.name: role for role in roles}
    assert conflicts_among(["compute", "controller"], known) == [("compute", "controller")]
    assert conflicts_among(["compute", "base-os"], known) == [("compute", "base-os")]
    assert conflicts_among(["compute", "cinder"], known) == []
