"""A user whose hash the destination cannot read gets a one-time password, in a secrets file."""

import csv
import json
import stat
from pathlib import Path

import pytest
from keystoneauth1.exceptions import Unauthorized

import lab
from dashboard.migrations_app.execution.passwords import secrets_file
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from tests.lab.conftest import run
from tests.lab.test_moving_a_tenant import counterparts, log_in

# what clouds up to about 2017 wrote; gone from Keystone since 2025.1
SHA512_CRYPT = "$6$rounds=10000$saltsaltsaltsalt$" + "x" * 86


@pytest.fixture(scope="module")
def tenant(seed):
    return seed(servers=0, volumes=0)


@pytest.fixture(scope="module")
def old_user(tenant, source) -> str:
    """The tenant's owner, whose hash is one that the destination's Keystone breaks on."""
    name = next(name for name in tenant["users"] if name.endswith("-owner"))
    user = next(source.list("identity", "/users", "users", name=name))
    lab.sql(
        f"update password join local_user on local_user.id = local_user_id "
        f"set password_hash = '{SHA512_CRYPT}' where user_id = '{user['id']}'",
        database="src_keystone",
    )
    return name


@pytest.fixture(scope="module")
def moved(tenant, old_user, plan_move):
    plan = plan_move(tenant["name"])
    yield plan, run(Execute().start(plan))
    run(Rollback().start(plan, confirmation=tenant["name"]))


def test_the_plan_says_who_will_get_a_one_time_password(moved, old_user):
    warnings = moved[0].findings.filter(severity="warn").values_list("sentence", flat=True)
    told = [sentence for sentence in warnings if "one-time password" in sentence]
    assert len(told) == 1
    assert old_user in told[0]
    assert "cannot read" in told[0]


def test_the_one_time_password_works_and_only_the_operator_can_read_it(
    moved, old_user, tenant, destination
):
    path = secrets_file(moved[0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        ((name, user_id, password),) = csv.reader(file)
    assert name == old_user
    assert user_id in counterparts(moved[0], "user").values()
    assert log_in(destination, name, password, tenant["name"])


def test_the_other_user_keeps_the_old_password(moved, old_user, tenant, destination):
    logins = json.loads(Path(tenant["secrets_file"]).read_text())
    (other,) = set(logins) - {old_user}
    assert log_in(destination, other, logins[other]["password"], tenant["name"])
    with pytest.raises(Unauthorized):
        log_in(destination, old_user, logins[old_user]["password"], tenant["name"])


def test_no_line_of_the_log_has_the_one_time_password(moved):
    with secrets_file(moved[0]).open(newline="") as file:
        ((_, _, password),) = csv.reader(file)
    lines = [*moved[1].log.values_list("message", flat=True)]
    assert any("one-time password" in line for line in lines)
    assert not any(password in line for line in lines)
