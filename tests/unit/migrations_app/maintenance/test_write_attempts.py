"""Trying what a role may do leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.clients.temporary_account import TemporaryAccount, temporary_account
from dashboard.migrations_app.maintenance.write_attempts import Attempt, try_account
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds; the old one puts volumes for an unknown zone into its default one."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        clouds.old.block_storage.falls_back = True
        yield clouds


@pytest.fixture
def member(clouds: TwoClouds) -> Iterator[TemporaryAccount]:
    """Make an account that may write in the tenant's project."""
    [project] = clouds.old.identity.projects.where(name=NAME)
    [role] = clouds.old.identity.roles.where(name="member")
    with temporary_account(clouds.source_session, project["id"], role_ids=[role["id"]]) as account:
        yield account


def test_no_volume_is_made_where_cinder_falls_back_to_its_default_zone(clouds, member):
    answers: list[int] = []

    def record(request: Request, answer: Answer) -> None:
        if request.method == "POST" and request.path.endswith("/volumes"):
            answers.append(answer.status)

    clouds.old.on_answer = record
    assert "block_storage" in try_account(member).writable
    assert answers == [413]


def test_what_is_made_all_the_same_is_removed_when_it_can_be(clouds, member):
    before = {*clouds.old.block_storage.volumes.rows}
    clouds.old.polls = 2
    body = {"volume": {"name": "a trial", "size": 1, "availability_zone": "nowhere"}}
    attempt = Attempt(service="block_storage", path="/volumes", body=body)
    assert not attempt.is_refused(member, token=member.token())
    assert {*clouds.old.block_storage.volumes.rows} == before
