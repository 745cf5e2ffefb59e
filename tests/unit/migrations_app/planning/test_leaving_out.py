"""What is left out takes with it what needs it, until something has moved already."""

from dataclasses import dataclass
from typing import Any

import pytest

from dashboard.migrations_app.planning import leaving_out
from dashboard.migrations_app.planning.drafts import Draft
from dashboard.migrations_app.resources.records import (
    MIGRATED,
    SKIP,
    Decision,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.registry import resource_types


@dataclass
class Type:
    """A resource type that depends on one other object, and is never taken back."""

    needs: str = ""
    is_taken_back = False

    def called(self, title: str) -> str:
        return title

    def original_state(self, record: Record, _: Any) -> Record:
        return record

    def without(self, record: Record, *_: Any) -> tuple[Record, tuple[()]]:
        return record, ()

    def depends_on(self, *_: Any) -> list[Ref]:
        return [Ref(self.needs, "1")] if self.needs else []


TYPES = {"server": Type("port"), "port": Type("network"), "network": Type()}


def draft(type_name: str, **decision: Any) -> Draft:
    record = Record(type=type_name, id="1", name=type_name, fields={})
    return Draft(record=record, decision=Decision(**decision), losses=[], entry=None)


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving_out, "resource_type", TYPES.get)
    monkeypatch.setattr("dashboard.migrations_app.planning.drafts.resource_type", TYPES.get)


@pytest.mark.timeout(20)
def test_what_has_moved_keeps_all_that_it_needs():
    drafts = {
        ("server", "1"): draft("server", action=MIGRATED),
        ("port", "1"): draft("port"),
        ("network", "1"): draft("network", action=SKIP, left_out_by="ann"),
    }
    leaving_out.leave_out_dependents(drafts, None)
    problems = {key[0]: each.decision.problem for key, each in drafts.items()}
    assert problems["port"].startswith("Port cannot be left out: server")
    assert problems["network"].startswith("Network cannot be left out: port")
    assert not any(each.decision.left_out_by for each in drafts.values())


def test_what_needs_something_that_is_taken_back_is_taken_back_as_well():
    types = resource_types()
    taken_back = {name for name, type_ in types.items() if type_.is_taken_back}
    # a server is what the others are taken back for
    needing = {name for name, type_ in types.items() if taken_back & {*type_.needs}} - {"server"}
    assert needing <= taken_back
