"""Attributes of Neutron's extensions, which not every cloud has."""

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.migrations_app.resources.network.port import Port
from dashboard.migrations_app.resources.records import Record

PORT = {"fixed_ips": [], "network_id": "n", "security_groups": []}


def record(**fields: Any) -> Record:
    return Record(type="port", id="p", name="web", fields={**PORT, **fields})


class Reader:
    """A cloud whose Neutron has these extensions."""

    cloud = SimpleNamespace(name="new")

    def __init__(self, *aliases: str) -> None:
        self.extensions = frozenset(aliases)


def test_an_attribute_whose_extension_is_missing_is_announced_as_lost():
    decision = Port().decide(record(dns_name="web"), "", Reader("binding"))
    assert [(loss.field, loss.value) for loss in decision.losses] == [("dns_name", "web")]
    assert "dns-integration" in decision.losses[0].reason


def test_nothing_is_lost_where_the_extension_is_there():
    assert not Port().decide(record(dns_name="web"), "", Reader("dns-integration")).losses


@pytest.mark.parametrize("fields", [{"port_security_enabled": True}, {"dns_name": ""}, {}])
def test_nothing_is_lost_of_what_needs_no_extension(fields):
    assert not Port().decide(record(**fields), "", Reader()).losses


@pytest.mark.parametrize(("enabled", "differing"), [(True, []), (False, ["port_security_enabled"])])
def test_a_value_that_needs_the_extension_differs_where_it_is_missing(enabled, differing):
    ours, theirs = record(port_security_enabled=enabled), record()
    found = [each.field for each in Port().differences(ours, theirs, lambda _type, id_: id_)]
    assert found == differing
