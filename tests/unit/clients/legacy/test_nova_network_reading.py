"""Lists of nova-network that follow each other rest on one list of all servers."""

from collections.abc import Iterator

import pytest

from dashboard.clients.legacy.nova_network import reading
from dashboard.clients.openstack import CloudSession
from tests.support.juno.cloud import JunoCloud, running_juno

LISTS = {"ports": "ports", "floatingips": "floatingips", "rbac-policies": "rbac_policies"}


@pytest.fixture
def cloud() -> Iterator[JunoCloud]:
    with running_juno() as cloud:
        yield cloud


@pytest.fixture
def session(cloud: JunoCloud, monkeypatch: pytest.MonkeyPatch) -> CloudSession:
    """A session that keeps what it reads, however slow the machine is."""
    monkeypatch.setattr(reading, "_PAUSE_SECONDS", 60.0)
    monkeypatch.setattr(reading, "_LONGEST_SECONDS", 60.0)
    return CloudSession(cloud.access())


def read_all(session: CloudSession) -> None:
    for path, key in LISTS.items():
        assert [*session.list("network", f"/{path}", key)]


def times_listed(cloud: JunoCloud) -> int:
    """Return how often all servers were listed: each time in one page, with nothing behind it."""
    return sum(line.endswith("/servers/detail") for line in cloud.asked) // 2


def test_a_reading_lists_the_servers_once(cloud, session):
    read_all(session)
    assert times_listed(cloud) == 1


def test_after_a_write_they_are_listed_again(cloud, session):
    read_all(session)
    [server, *_] = cloud.state["nova"]["servers"]
    session.post("compute", f"/servers/{server['id']}/action", {"os-stop": None})
    read_all(session)
    assert times_listed(cloud) == 2


def test_what_was_read_a_while_ago_is_not_used(cloud, session, monkeypatch):
    monkeypatch.setattr(reading, "_PAUSE_SECONDS", -1.0)
    read_all(session)
    assert times_listed(cloud) == len(LISTS)
