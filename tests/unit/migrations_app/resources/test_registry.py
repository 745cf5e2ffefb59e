"""What holds for every resource type, found by the package."""

import re
from pathlib import Path

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.description import describe_types
from dashboard.migrations_app.resources.records import COMPLETE, CUTOVER, PREPARE, FoundBy, Record
from dashboard.migrations_app.resources.registry import resource_type, resource_types

TYPES = [*resource_types().values()]
EXPECTED = {
    *("project", "user", "role", "role_assignment", "flavor", "image", "keypair", "network"),
    *("subnet", "router", "security_group", "port", "floating_ip", "volume", "server"),
}


def each_type():
    return pytest.mark.parametrize("type_", TYPES, ids=[type_.name for type_ in TYPES])


def test_all_types_of_a_tenant_are_there():
    assert set(resource_types()) >= EXPECTED


def test_types_come_after_those_that_they_need():
    order = [*resource_types()]
    for type_ in TYPES:
        assert all(order.index(needed) < order.index(type_.name) for needed in type_.needs)


@each_type()
def test_an_attribute_is_described_once(type_: ResourceType):
    described = [*type_.copied, *type_.mapped, *type_.own, *type_.lost]
    assert sorted(described) == sorted(set(described))


@each_type()
def test_every_lost_attribute_has_a_reason(type_: ResourceType):
    assert all(reason.strip().endswith(".") for reason in type_.lost.values())


@each_type()
def test_every_stage_is_a_method(type_: ResourceType):
    assert all(callable(getattr(type_, stage.name)) for stage in type_.stages)
    assert type_.ready in {stage.name for stage in type_.stages}
    assert "create" in {stage.name for stage in type_.stages}


@each_type()
def test_stages_come_in_the_order_of_the_phases(type_: ResourceType):
    phases = [(PREPARE, CUTOVER, COMPLETE).index(stage.phase) for stage in type_.stages]
    assert phases == sorted(phases)


@each_type()
def test_references_are_to_types_that_exist(type_: ResourceType):
    assert {*type_.mapped.values(), *type_.needs} <= set(resource_types())


@each_type()
def test_every_type_says_what_it_finds_objects_by(type_: ResourceType):
    assert type_.found_by in FoundBy


@each_type()
def test_an_unknown_attribute_is_named_as_lost(type_: ResourceType):
    known = dict.fromkeys((*type_.copied, *type_.mapped, *type_.own))
    fields = {**known, "brand_new": "value"}
    record = Record(type=type_.name, id="1", name="one", fields=fields)
    losses = [*ResourceType.losses(type_, record, None)]
    assert [(loss.field, loss.value) for loss in losses] == [("brand_new", "value")]
    assert "does not know" in losses[0].reason


@each_type()
def test_a_changed_copied_attribute_is_a_difference(type_: ResourceType):
    if not type_.copied:
        pytest.skip("copies nothing")
    name = type_.copied[0]
    source = Record(type=type_.name, id="1", name="one", fields={name: "old"})
    destination = Record(type=type_.name, id="2", name="one", fields={name: "new"})
    found = [*ResourceType.differences(type_, source, destination, lambda *_: None)]
    assert [difference.field for difference in found] == [name]


def test_an_unknown_type_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match=r"Known:.*server"):
        resource_type("spaceship")


def test_the_page_of_the_docs_is_what_the_types_say():
    page = Path(__file__).parents[4] / "docs/migrated.md"
    assert page.read_text(encoding="utf-8") == describe_types() + "\n"


def test_the_page_names_fewer_than_twenty_losses():
    """A loss needs a reason that no API can overcome: whoever adds one looks for another way."""
    tables = re.findall(r"\| Lost \| Why \|\n\|---\|---\|\n((?:\|.*\n)+)", describe_types() + "\n")
    assert 10 < sum(table.count("\n") for table in tables) < 20
