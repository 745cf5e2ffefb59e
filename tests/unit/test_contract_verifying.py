"""The contract of every registered resource type, on two clouds in memory: what it sees.

Verification sees every attribute, and what the destination will not have is named beforehand.
"""

from contextlib import nullcontext

import pytest

from tests.support.cloud import contract


def test_the_seeded_tenant_has_one(moved):
    assert moved.items, (
        f"Nothing of the seeded tenant is a {moved.type.name} that a plan creates: add what makes "
        "one to the module of its service in tests/support/cloud/seeds."
    )


def test_what_is_created_is_equal(moved):
    contract.check_equal(moved)


def test_verification_sees_every_attribute(moved):
    contract.check_verify(moved)


def test_what_is_lost_is_named(moved):
    contract.check_losses(moved)


def test_a_type_that_does_not_compare_is_found_out(moved, monkeypatch):
    monkeypatch.setattr(moved.type, "differences", lambda *_: ())
    seen = contract.changes_seen(moved)
    # what is part of an object's id changes which object it is: that is seen without comparing
    compared = any("presence" not in fields for fields in seen.values())
    with pytest.raises(AssertionError) if compared else nullcontext():
        contract.check_seen(moved, seen)


def test_a_type_that_keeps_quiet_about_losses_is_found_out(moved, monkeypatch):
    monkeypatch.setattr(moved.type, "losses", lambda *_: ())
    with pytest.raises(AssertionError, match="not named as lost"):
        contract.check_losses(moved)
