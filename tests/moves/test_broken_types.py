"""The contract of resource types is able to fail: a type that breaks a sentence is found out.

The sentences are in ``tests/unit/test_contract.py`` and ``test_contract_verifying.py``.
"""

from contextlib import nullcontext

import pytest

from dashboard.errors import PumphouseError
from tests.support.cloud import contract
from tests.support.cloud.broken import CREATES, REMOVES, REPEATING

RED = (AssertionError, PumphouseError)


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
