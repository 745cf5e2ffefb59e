"""What verification takes for a difference, whatever the type."""

from typing import Any

import pytest

from dashboard.migrations_app.resources.identity.user import User
from dashboard.migrations_app.resources.network.port import Port
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.storage.image import Image

PORT = {"fixed_ips": [], "network_id": "n", "security_groups": []}


def differing(type_: Any, source: dict[str, Any], destination: dict[str, Any]) -> list[str]:
    """Return the fields in which two objects differ; ids stay as they are."""
    ours, theirs = (
        Record(type=type_.name, id="1", name="one", fields=fields)
        for fields in (source, destination)
    )
    return [each.field for each in type_.differences(ours, theirs, lambda _type, id_: id_)]


@pytest.mark.parametrize("value", [True, False])
def test_what_the_sources_release_does_not_know_is_no_difference(value):
    assert differing(Image(), {"name": "a"}, {"name": "a", "os_hidden": value}) == []
    assert differing(Port(), PORT, {**PORT, "propagate_uplink_status": value}) == []


def test_what_both_releases_know_is_compared_even_if_it_is_not_set():
    unset = {"name": "a", "os_hidden": None}
    assert differing(Image(), unset, {**unset, "os_hidden": True}) == ["os_hidden"]


def test_what_only_the_source_knows_is_a_difference_if_it_is_set():
    assert differing(Port(), {**PORT, "dns_name": "web"}, PORT) == ["dns_name"]
    assert differing(Image(), {"name": "a", "os_hidden": True}, {"name": "a"}) == ["os_hidden"]


@pytest.mark.parametrize("value", [False, None])
def test_what_only_the_source_knows_is_no_difference_if_it_is_off(value):
    assert differing(Image(), {"name": "a", "os_hidden": value}, {"name": "a"}) == []


def test_what_keystone_leaves_out_is_compared_because_it_is_not_set():
    ann = {"id": "u", "name": "ann"}
    user = User()
    ours, theirs = (user.record(fields) for fields in (ann, {**ann, "email": "ann@example.org"}))
    assert [each.field for each in user.differences(ours, theirs, lambda *_: None)] == ["email"]
