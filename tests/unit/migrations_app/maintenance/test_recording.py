"""What maintenance records: each role that it grants, revokes or leaves."""

import pytest

from dashboard.migrations_app.maintenance.recording import (
    Access,
    Kind,
    notes_about,
    role_changes,
    unchanged,
    write_ahead,
)
from tests.support.maintenances import (
    ALICE,
    GROUP,
    OPERATOR,
    READER,
    access_of,
    held,
    maintenance_of,
)


def changed(access: Access) -> list[tuple[str, str, str]]:
    changes = role_changes(access, READER)
    return [(kind.value, each.actor.id, each.role_id) for kind, each in changes]


def test_the_read_only_role_is_given_before_anything_is_taken():
    access = access_of(held(ALICE, "member"), held(ALICE, "admin"))
    assert changed(access) == [
        ("grant_role", ALICE, "reader"),
        ("revoke_role", ALICE, "member"),
        ("revoke_role", ALICE, "admin"),
    ]


def test_who_has_the_read_only_role_already_keeps_it_and_gets_no_second_one():
    access = access_of(held(ALICE, "reader"), held("bob", "reader"), held("bob", "member"))
    assert changed(access) == [("revoke_role", "bob", "member")]
    kept = unchanged(access, role_changes(access, READER))
    assert [(each.actor.id, each.role_id) for _, each in kept] == [
        (ALICE, "reader"),
        ("bob", "reader"),
    ]


def test_operators_keep_what_they_had_themselves_and_through_a_group():
    access = access_of(
        held(OPERATOR, "admin"), held(GROUP, "member", kind="group"), kept={OPERATOR: {GROUP}}
    )
    assert changed(access) == [
        ("grant_role", GROUP, "reader"),
        ("grant_role", OPERATOR, "member"),
        ("revoke_role", GROUP, "member"),
    ]


def test_what_is_inherited_is_covered_only_by_a_role_that_denies():
    inherited = [held("heir", "member", origin="domain Default")]
    assert changed(access_of(inherited=inherited)) == []
    assert changed(access_of(inherited=inherited, open_beside=[])) == [
        ("grant_role", "heir", "reader")
    ]


@pytest.mark.parametrize(
    ("open_beside", "effect"),
    [
        (None, "can still write here"),
        (["compute", "block_storage"], "can still write in compute and block storage"),
        ([], "cannot write either"),
    ],
)
def test_it_is_said_where_who_inherits_a_role_can_still_write(open_beside, effect):
    inherited = [held("heir", "member", origin="domain Default")]
    access = access_of(inherited=inherited, open_beside=open_beside)
    (note,) = notes_about(access, [], tenant="demo")
    assert effect in note


def test_each_way_of_access_that_stays_is_named():
    access = access_of(inherited=[held("heir", "member", origin="domain Default")])
    notes = notes_about(access, [held("chief", "admin"), held(OPERATOR, "admin")], tenant="demo")
    assert len(notes) == 2
    assert "member of user heir is inherited from domain Default: it can still write" in notes[0]
    assert "admin of user chief is for the whole domain" in notes[1]


def test_recording_twice_records_once(tenant):
    maintenance = maintenance_of(tenant.cloud, tenant.project_id)
    changes = role_changes(access_of(held(ALICE, "member")), READER)
    write_ahead(maintenance, changes)
    write_ahead(maintenance, [*changes, (Kind.REVOKE_ROLE, held("bob", "member"))])
    assert maintenance.changes.count() == 3
