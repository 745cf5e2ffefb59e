"""What is no answer of a service, or not all of it, never looks like an empty list."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

PAGE = b"<html><body>Please log in</body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def cloud() -> Iterator[MemoryCloud]:
    """Serve an empty cloud."""
    cloud = MemoryCloud("old")
    with connected(cloud):
        yield cloud


@pytest.fixture
def session(cloud: MemoryCloud) -> CloudSession:
    """Return its operator's session."""
    return operator_of(cloud)


def answering(path: str, instead: Answer) -> Callable[[Request, Answer], None]:
    """Return what answers requests to a path instead of the service."""

    def replaced(request: Request, answer: Answer) -> None:
        if request.path.endswith(path):
            vars(answer).update(vars(instead))

    return replaced


def listed(session: CloudSession, service: str, path: str, key: str) -> list[Any]:
    """Return a whole list."""
    return [*session.list(service, path, key)]


def test_a_page_with_status_200_is_no_empty_list(cloud, session):
    cloud.on_answer = answering("/networks", Answer(body=PAGE, headers=HTML))
    with pytest.raises(NeedsOperator, match=r"text/html.*http://old.memory/network/v2.0/networks"):
        listed(session, "network", "/networks", "networks")


def test_json_without_the_list_is_no_empty_list(cloud, session):
    cloud.on_answer = answering("/networks", Answer(body={"message": "hello"}))
    with pytest.raises(NeedsOperator, match="without 'networks'"):
        listed(session, "network", "/networks", "networks")


def test_one_object_without_its_key_is_a_fault(cloud, session):
    cloud.on_answer = answering("/networks/1", Answer(body={"message": "hello"}))
    with pytest.raises(NeedsOperator, match="without 'network'"):
        session.find("network", "/networks/1", "network")


def test_a_page_with_status_404_is_not_taken_for_absence(cloud, session):
    cloud.on_answer = answering("/networks/1", Answer(status=404, body=PAGE, headers=HTML))
    with pytest.raises(NeedsOperator, match=r"404.*text/html"):
        session.find("network", "/networks/1", "network")


def test_a_page_with_status_404_of_the_service_itself_is_absence(cloud, session):
    headers = {**HTML, "x-openstack-request-id": "req-1"}
    cloud.on_answer = answering("/images/1", Answer(status=404, body=PAGE, headers=headers))
    assert session.find("image", "/images/1") is None


def test_a_page_is_not_the_answer_to_a_write_either(cloud, session):
    cloud.on_answer = answering("/networks/1", Answer(body=PAGE, headers=HTML))
    with pytest.raises(NeedsOperator, match="text/html"):
        session.delete("network", "/networks/1")


def test_a_list_that_keystone_has_cut_is_an_error(cloud, session):
    cut = {"projects": [{"id": "1"}], "truncated": True}
    cloud.on_answer = answering("/projects", Answer(body=cut))
    with pytest.raises(NeedsOperator, match="only 1 of its projects") as error:
        listed(session, "identity", "/projects", "projects")
    assert "list_limit" in error.value.fix


def test_the_next_page_of_keystone_is_followed(cloud, session):
    following = "http://elsewhere/v3/projects?marker=1"
    pages = {
        "": {"projects": [{"id": "1"}], "links": {"next": following}, "truncated": True},
        "1": {"projects": [{"id": "2"}], "links": {"next": None}},
    }

    def paged(request: Request, answer: Answer) -> None:
        if request.path.endswith("/projects"):
            answer.body = pages[request.asks("marker")]

    cloud.on_answer = paged
    assert [each["id"] for each in listed(session, "identity", "/projects", "projects")] == [
        *("1", "2")
    ]
