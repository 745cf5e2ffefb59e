"""The contract of every registered resource type, on two clouds in memory: what it makes.

Created twice, there is one; after a crash between call and record, there is one; what is removed is
ours alone. A new type is found by itself. It needs an object among what
``tests/support/cloud/seeds`` make. ``tests/moves/test_broken_types.py`` breaks each sentence.
"""

from tests.support.cloud import contract


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
