"""A role that a killed process has left in a tenant of an old cloud is taken away by the next."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dashboard.clients.legacy import tenant_scope
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import LentRole
from tests.support.juno.moving import FromJuno, from_juno
from tests.support.juno.tenant import ACME

pytestmark = pytest.mark.django_db
GONE = 2**22 + 1
"""The number of a process that no Linux has."""


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[FromJuno]:
    with from_juno(tmp_path) as clouds:
        yield clouds


@pytest.fixture
def left(clouds: FromJuno, monkeypatch: pytest.MonkeyPatch) -> LentRole:
    """The row of a role that was granted, and whose process was killed then."""
    with monkeypatch.context() as patch:
        patch.setattr(tenant_scope, "_revoke", lambda *_: None)
        release_an_address(connect(clouds.source))
    assert is_member(clouds)
    LentRole.objects.update(process=GONE)
    return LentRole.objects.get()


def release_an_address(cloud: CloudSession) -> None:
    """Do what an old Nova lets only a member of the tenant do."""
    [found] = cloud.list("network", "/floatingips", "floatingips", floating_ip_address=ADDRESS)
    cloud.delete("network", f"/floatingips/{found['id']}")


ADDRESS = "172.24.4.225"


def is_member(clouds: FromJuno) -> bool:
    """Return whether the operator has a role in the tenant."""
    keystone = clouds.juno.state["keystone"]
    [admin] = (user["id"] for user in keystone["users"] if user["name"] == "admin")
    return any(each["user"] == admin and each["tenant"] == ACME for each in keystone["grants"])


def test_one_that_is_used_is_taken_away_and_forgotten(clouds):
    release_an_address(connect(clouds.source))
    assert any(line.startswith("PUT") and ACME in line for line in clouds.juno.asked)
    assert not is_member(clouds)
    assert not LentRole.objects.exists()


def test_the_next_process_in_the_cloud_takes_it_away(clouds, left):
    connect(clouds.source).get("network", "/extensions")
    assert not is_member(clouds)
    assert not LentRole.objects.exists()


def test_that_of_another_machine_is_left_alone_while_it_may_be_in_use(clouds, left):
    LentRole.objects.update(host="elsewhere")
    connect(clouds.source).get("network", "/extensions")
    assert is_member(clouds)
    LentRole.objects.update(lent_at=timezone.now() - timedelta(hours=1))
    connect(clouds.source).get("network", "/extensions")
    assert not is_member(clouds)
