"""An adapter that answers as a real Juno cloud has answered, for tests of what translates it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from keystoneauth1.session import Session
from requests.structures import CaseInsensitiveDict

from dashboard.clients.legacy.answers import Answer
from dashboard.clients.legacy.lent_roles import NOWHERE
from tests.support.juno.recorded_answers import Recording, recordings

ADMIN_ID = "e3bd58bce6dd41ce89606692481722ed"
"""The account that asked in most recordings."""


class ReplayedApi:
    """One version of a recorded service. The last answer to a request counts, an administrator's
    before a member's; what is in ``answers`` counts before both. ``asked`` is what was asked.
    Behind an offset or a marker there is nothing more."""

    def __init__(self, service: str, version: str) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[tuple[str, str], list[Answer]] = {}
        found = [each for each in recordings(service) if each.version == version]
        self._known = sorted(found, key=lambda each: each.user.startswith("admin"))

    def get_endpoint(self) -> str:
        """Return an address with the tenant of the administrator."""
        return "http://juno.example/v2/9b59ed4cc0674650819ba4c771746f4b"

    def request(self, path: str, method: str, **options: Any) -> Any:
        """Answer with what was recorded; 404 where nothing was."""
        query = {name: str(value) for name, value in (options.get("params") or {}).items()}
        self.asked.append((method, path, options.get("json") or query or None))
        if given := self.answers.get((method, path)):
            return given.pop(0) if len(given) > 1 else given[0]
        if "offset" in query or "marker" in query:
            return Answer(200, {path.split("/")[1]: []})
        found = [each for each in self._known if _is(each, method, path, query)]
        return replayed(found[-1]) if found else Answer(404, {"itemNotFound": {"code": 404}})


def found_with(**more: Any) -> Any:
    """Return what a translator knows of its cloud, as far as the tests give it."""
    access = SimpleNamespace(name="juno", lent_roles=NOWHERE)
    login = SimpleNamespace(user_id=ADMIN_ID)
    found = {"access": access, "login": login, "adapter": None, "session": Session()}
    return SimpleNamespace(**{**found, **more})


def _is(each: Recording, method: str, path: str, query: Mapping[str, str]) -> bool:
    return (each.method, each.below, each.query) == (method, path, {**query})


def replayed(recording: Recording) -> Answer:
    """Return a recorded answer."""
    headers = CaseInsensitiveDict(recording.headers)
    return Answer(recording.status, recording.response, more_headers=headers)
