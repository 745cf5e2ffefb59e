"""Resource types that break one sentence of their contract: tests of the tests."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.work import Work
from tests.support.cloud.single_moves import Move

Method = Callable[..., Any]
Breaking = Callable[[ResourceType, Move], Method]


def _create_nothing(type_: ResourceType, move: Move) -> Method:
    return lambda work: "nowhere:nothing"


def _create_two(type_: ResourceType, move: Move) -> Method:
    create = type_.create

    def broken(work: Work) -> str:
        create(work)
        return create(work)

    return broken


def _find_nothing(type_: ResourceType, move: Move) -> Method:
    return lambda work: None


def _find_of_others(type_: ResourceType, move: Move) -> Method:
    return lambda work: "somebody:elses"


def _remove_nothing(type_: ResourceType, move: Move) -> Method:
    return lambda work: None


def _remove_all(type_: ResourceType, move: Move) -> Method:
    remove = type_.remove

    def broken(work: Work) -> None:
        remove(work)
        move.rows.clear()

    return broken


CREATES: Mapping[str, tuple[str, Breaking]] = {
    "creates nothing": ("create", _create_nothing),
    "creates two": ("create", _create_two),
    "finds nothing": ("find", _find_nothing),
    "finds what is not there": ("find", _find_of_others),
}
# faults by which an object is created again, which is none where that makes nothing
REPEATING = ("creates two", "finds nothing")
REMOVES: Mapping[str, tuple[str, Breaking]] = {
    "removes nothing": ("remove", _remove_nothing),
    "removes what others have": ("remove", _remove_all),
}
