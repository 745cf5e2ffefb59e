"""Users of a cloud of 2014: what becomes of their passwords, and of roles in several tenants."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from dashboard.migrations_app.execution import passwords
from dashboard.migrations_app.execution.passwords import secrets_file
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.checks import passwords as check
from tests.support.juno.moving import FromJuno, from_juno
from tests.support.password_hashes import BCRYPT, SHA512

pytestmark = pytest.mark.django_db(transaction=True)
ONLY = ["role_assignment:*"]


class Database:
    """Keystone's database, as far as passwords are in it."""

    hashes: ClassVar[dict[str, str]] = {}
    written: ClassVar[dict[str, str]] = {}

    def __init__(self, _connection: str) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def password_hashes(self, user_ids: Sequence[str]) -> dict[str, str]:
        return {id_: self.hashes[id_] for id_ in user_ids if id_ in self.hashes}

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        self.written[user_id] = password_hash


@pytest.fixture(params=[("v2.0",), ("v3",), ("v2.0", "v3")], ids="+".join)
def clouds(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FromJuno]:
    """Serve both clouds, whose Keystones' databases are configured."""
    settings.HOME = tmp_path
    monkeypatch.setattr(Database, "hashes", {})
    monkeypatch.setattr(Database, "written", {})
    monkeypatch.setattr(passwords, "KeystoneDatabase", Database)
    for module in (passwords, check):
        monkeypatch.setattr(module, "can_copy_hashes", lambda *_: True)
    with from_juno(tmp_path, keystone=request.param) as clouds:
        yield clouds


def told_of_passwords(plan: Plan) -> set[str]:
    sentences = plan.findings.filter(severity="warn").values_list("sentence", flat=True)
    return {sentence for sentence in sentences if "password" in sentence}


def test_a_hash_is_copied_or_a_one_time_password_is_told_before_and_roles_add_up(clouds):
    users = {user["name"]: user["id"] for user in clouds.juno.state["keystone"]["users"]}
    Database.hashes.update({users["alice"]: BCRYPT, users["bob"]: SHA512})
    plan = clouds.plan("acme", only=ONLY)
    assert told_of_passwords(plan) == {
        "User bob has a password hash that the destination's Keystone cannot read and will get a "
        "one-time password.",
        "User carol has no password in the source's database and will get a one-time password.",
    }
    clouds.execute(plan)
    copies = {row["name"]: row["id"] for row in clouds.new.identity.users.rows.values()}
    assert Database.written == {copies["alice"]: BCRYPT}
    with secrets_file(plan).open(encoding="utf-8", newline="") as file:
        assert {row[0] for row in csv.reader(file)} == {"bob", "carol"}
    assert clouds.verify(plan) == []

    second = clouds.plan("globex", only=ONLY)
    assert told_of_passwords(second) == set()
    clouds.execute(second)
    assert clouds.verify(second) == []
    assert clouds.verify(plan) == []
    assert roles_of(clouds, copies["bob"]) == {
        ("acme", "member"),
        ("acme", "net-ops"),
        ("globex", "member"),
    }


def roles_of(clouds: FromJuno, user_id: str) -> set[tuple[str, str]]:
    """Return the roles of a copy, each with its project."""
    query = {"user.id": user_id, "include_names": "true"}
    listed = clouds.destination_session.list(
        "identity", "/role_assignments", "role_assignments", **query
    )
    return {(each["scope"]["project"]["name"], each["role"]["name"]) for each in listed}
