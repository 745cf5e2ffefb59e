"""A list is whole and has each object once, also while others delete what its pages follow."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.clients.lists import BEGINNINGS
from dashboard.clients.openstack import CloudSession
from dashboard.clients.refusals import RefusedError
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import one_cloud
from tests.support.cloud.sessions import operator_of

LISTS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("compute", "/flavors", "flavors", {"vcpus": 1, "ram": 1, "disk": 1}),
    ("image", "/images", "images", {}),
    ("network", "/networks", "networks", {}),
    ("block_storage", "/volumes", "volumes", {"size": 1}),
]
EACH = pytest.mark.parametrize(("service", "path", "key", "fields"), LISTS)


class Deleting:
    """Deletes the last object of a page as soon as that has been answered, some times."""

    def __init__(self, cloud: MemoryCloud, service: str, key: str, *, times: int) -> None:
        self.rows, self.key, self.times = cloud.collection(service, key).rows, key, times
        self.deleted: list[str] = []
        cloud.on_answer = self

    def __call__(self, request: Request, answer: Answer) -> None:
        """Delete it, if the answer is a page before the last."""
        is_page = isinstance(answer.body, dict) and answer.body.get(self.key)
        if is_page and "marker=" in str(answer.body) and len(self.deleted) < self.times:
            self.deleted.append(answer.body[self.key][-1]["id"])
            del self.rows[self.deleted[-1]]


@pytest.fixture
def cloud() -> Iterator[MemoryCloud]:
    with one_cloud() as cloud:
        cloud.page_size = 2
        yield cloud


def made(session: CloudSession, service: str, path: str, key: str, fields: dict[str, Any]) -> None:
    """Make seven objects."""
    for number in range(7):
        body = {"name": f"{key} {number}", **fields}
        session.post(service, path, body if service == "image" else {key[:-1]: body})


@EACH
@pytest.mark.parametrize("times", [1, 2])
def test_a_list_is_begun_again_where_a_marker_was_deleted(
    cloud: MemoryCloud, service: str, path: str, key: str, fields: dict[str, Any], times: int
) -> None:
    session = operator_of(cloud)
    made(session, service, path, key, fields)
    deleting = Deleting(cloud, service, key, times=times)
    found = [each["id"] for each in session.list(service, path, key)]
    assert len(deleting.deleted) == times
    assert {*deleting.rows} <= {*found} <= {*deleting.rows, *deleting.deleted}
    assert len(found) == len({*found})


@EACH
def test_a_list_that_never_comes_to_its_end_is_an_error(
    cloud: MemoryCloud, service: str, path: str, key: str, fields: dict[str, Any]
) -> None:
    session = operator_of(cloud)
    made(session, service, path, key, fields)
    asked = []

    def forget(request: Request, answer: Answer) -> None:
        asked.append(request)
        if request.asks("marker"):
            answer.status, answer.body = 404, {"message": "marker not found"}

    cloud.on_answer = forget
    with pytest.raises(RefusedError, match="marker not found"):
        list(session.list(service, path, key))
    assert sum(bool(each.asks("marker")) for each in asked) == BEGINNINGS


def test_a_first_page_that_is_refused_is_asked_once(cloud: MemoryCloud) -> None:
    session, asked = operator_of(cloud), []

    def refuse(request: Request, answer: Answer) -> None:
        if request.path.endswith("/networks"):
            asked.append(request)
            answer.status, answer.body = 404, {"message": "nothing"}

    cloud.on_answer = refuse
    with pytest.raises(RefusedError):
        list(session.list("network", "/networks", "networks"))
    assert len(asked) == 1
