"""The contract of every registered resource type, on two clouds in memory: what it makes.

Created twice, there is one; after a crash between call and record, there is one; what is removed is
ours alone. A new type is found by itself. It needs an object among what
``tests/support/cloud/seeds`` make.
"""

from contextlib import nullcontext

import pytest

from dashboard.errors import PumphouseError
from tests.support.cloud import contract
from tests.support.cloud.broken import CREATES, REMOVES, REPEATING

RED = (AssertionError, PumphouseError)


def test_created_twice_there_is_one(move):
    contract.check_create_twice(move)


def test_after_a_crash_between_call_and_record_there_is_one(move):
    contract.check_crash(move)


def test_what_another_installation_is_creating_is_not_found(move):
    contract.check_marker_of_others(move)


def test_what_an_older_version_was_creating_is_found(move):
    contract.check_marker_of_older_version(move)


def test_what_is_removed_is_ours_alone(move):
    contract.check_remove(move)


@pytest.mark.parametrize("fault", CREATES)
def test_a_type_that_creates_wrongly_is_found_out(move, monkeypatch, fault):
    method, broken = CREATES[fault]
    finds = method != "find"
    is_harmless = fault in REPEATING and contract.may_be_repeated(move, finds=finds)
    monkeypatch.setattr(move.type, method, broken(move.type, move))
    with nullcontext() if is_harmless else pytest.raises(RED):
        contract.check_crash(move)


@pytest.mark.parametrize("fault", REMOVES)
def test_a_type_that_removes_wrongly_is_found_out(move, monkeypatch, fault):
    method, broken = REMOVES[fault]
    monkeypatch.setattr(move.type, method, broken(move.type, move))
    with pytest.raises(RED):
        contract.check_remove(move)
