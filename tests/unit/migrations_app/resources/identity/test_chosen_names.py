"""A project or a user may get another name; the plan says so, and verify does not mind it."""

from types import SimpleNamespace

import pytest

from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_type

READER = SimpleNamespace(
    cloud=SimpleNamespace(name="new"),
    destination_ids={("domain", "default"): "default"},
    list=lambda *_path, **_query: [],
)


def losses(type_name: str, choice: str) -> dict[str, str]:
    record = Record(type=type_name, id="1", name="shop", fields={"domain_id": "default"})
    decision = resource_type(type_name).decide(record, choice, READER)
    return {loss.field: loss.reason for loss in decision.losses}


@pytest.mark.parametrize("type_name", ["project", "user"])
def test_a_name_that_was_chosen_is_named_as_changed(type_name):
    assert losses(type_name, "store") == {"name": "It was chosen to become store."}


@pytest.mark.parametrize("type_name", ["project", "user"])
@pytest.mark.parametrize("choice", ["", "shop"])
def test_a_name_that_stays_is_not(type_name, choice):
    assert losses(type_name, choice) == {}
