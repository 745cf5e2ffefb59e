"""Tenants that share things: their groups, and owners before users."""

import pytest

from dashboard.campaigns.simulation.sharing import groups_of, owners_first


def test_who_shares_is_in_one_group_named_by_its_first():
    links = [("c", "b"), ("e", "c"), ("d", "d"), ("a", "elsewhere")]
    assert groups_of("abcde", links) == {"b": "b", "c": "b", "e": "b"}
    assert groups_of("abc", []) == {}


@pytest.mark.parametrize(
    ("order", "owned", "expected"),
    [
        ("abc", [], "abc"),
        ("abc", [("c", "a")], "cab"),
        ("abcd", [("d", "b"), ("c", "d")], "acdb"),
        ("abc", [("b", "a"), ("a", "b")], "bac"),
        ("ab", [("x", "a")], "ab"),
    ],
)
def test_owners_go_before_those_who_use_what_they_own(order, owned, expected):
    assert owners_first(order, owned) == list(expected)
