"""Requests of today are answered by the routes of an old API, and its errors go through."""

from typing import Any, ClassVar

import pytest
from typing_extensions import override

from dashboard.clients.answers import check_absence
from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.found import Found
from dashboard.clients.legacy.translator import Call, Json, Translator, route


class OldService:
    """An adapter on an old API that has one thing, and refuses the rest."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Json]] = []

    def request(self, path: str, method: str, **options: Any) -> Answer:
        """Answer, and note what was asked."""
        self.asked.append((method, path, options))
        if path == "/v0/things/1":
            return Answer(200, {"oldThing": {"id": "1"}})
        return Answer(409, {"conflict": {"message": "It is there already.", "code": 409}})


class Things(Translator):
    """An API of the past."""

    name: ClassVar[str] = "Things v0"
    service: ClassVar[str] = "things"

    @classmethod
    @override
    def speaks(cls, found: Found) -> bool:
        return True

    @override
    def connect(self, found: Found) -> Any:
        return OldService()

    @route("GET", "/things/{thing_id}")
    def thing(self, call: Call, thing_id: str) -> Json:
        """Return a thing as today's API has it."""
        return {"thing": self.ask("GET", f"/v0/things/{thing_id}")["oldThing"], **call.query}

    @route("DELETE", "/things/{thing_id}")
    @route("PUT", "/things/{thing_id}/off")
    def nothing(self, call: Call, thing_id: str) -> None:
        """Answer with nothing."""


@pytest.fixture
def things() -> Things:
    return Things(None)  # type: ignore[arg-type]


def test_a_request_is_answered_by_its_route_with_the_parts_of_its_path_and_its_query(things):
    answer = things.request("/things/1?a=1", "GET", params={"b": ["2"]}, raise_exc=False)
    assert (answer.status_code, answer.json()) == (200, {"thing": {"id": "1"}, "a": "1", "b": "2"})


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/things/1"), ("PUT", "/things/1/off")])
def test_a_method_may_have_several_routes_and_answer_nothing(things, method, path):
    answer = things.request(path, method)
    assert (answer.status_code, answer.content) == (204, b"")


def test_what_the_old_api_refuses_goes_to_the_caller_as_it_is(things):
    answer = things.get("/things/2", microversion="2.90")
    assert (answer.status_code, answer.json()["conflict"]["code"]) == (409, 409)
    assert "microversion" not in things.old.asked[0][2]


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("POST", 501), ("DELETE", 501)])
def test_what_has_no_route_is_absent_to_readers_and_refused_to_writers(things, method, status):
    answer = things.request("/other", method)
    assert answer.status_code == status
    assert f"Things v0 has nothing for {method} /other." in answer.text
    check_absence(answer, cloud="old", request="GET things /other")
