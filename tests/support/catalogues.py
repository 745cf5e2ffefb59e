"""A Keystone whose catalogue is what a test writes, and services that answer what it says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.openstack import CloudSession

Reply = tuple[int, Any]
AUTH = {
    "auth_url": "http://cloud.test/identity/v3",
    "username": "admin",
    "password": "secret",
    "project_name": "admin",
    "user_domain_id": "default",
    "project_domain_id": "default",
}
KEYSTONE = {
    "version": {
        "id": "v3.14",
        "status": "stable",
        "links": [{"rel": "self", "href": "http://cloud.test/identity/v3/"}],
    }
}
PROJECT = "0123456789abcdef0123456789abcdef"


@dataclass
class CataloguedCloud:
    """What it is asked is in ``asked``; ``replies`` has a status and a body by path."""

    endpoints: list[tuple[str, str, str]]
    """Each with the service's type, its region and its address."""
    replies: dict[str, Reply | Callable[[requests.PreparedRequest], requests.Response]] = field(
        default_factory=dict
    )
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    def session(self, **access: Any) -> CloudSession:
        """Return a session on it."""
        return CloudSession(CloudAccess(**{"name": "old", "auth": AUTH, **access}))

    def paths(self) -> list[str]:
        """Return the paths of what was asked of services."""
        return [urlsplit(str(request.url)).path for request in self.asked]

    @property
    def catalogue(self) -> list[dict[str, Any]]:
        """The catalogue as Keystone writes it; each service has its addresses in one entry."""
        entries: dict[str, dict[str, Any]] = {}
        for type_, region, url in self.endpoints:
            entry = entries.setdefault(type_, {"type": type_, "name": type_, "endpoints": []})
            for interface in ("public", "internal"):
                address = url.replace("cloud.test", f"{interface}.cloud.test")
                entry["endpoints"].append(
                    {"interface": interface, "region": region, "region_id": region, "url": address}
                )
        return [*entries.values()]

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer with the reply for the request's path, 404 where there is none."""
        self.asked.append(request)
        path = urlsplit(str(request.url)).path
        if path.endswith("/auth/tokens"):
            return response(request, 201, self._token(), {"X-Subject-Token": "a token"})
        known = {"/identity/v3": (200, KEYSTONE), **self.replies}
        reply = known.get(path, (404, {}))
        return reply(request) if callable(reply) else response(request, *reply)

    def _token(self) -> dict[str, Any]:
        token = {
            "catalog": self.catalogue,
            "expires_at": "2099-01-01T00:00:00.000000Z",
            "methods": ["password"],
            "project": {"id": PROJECT, "name": "admin", "domain": {"id": "default"}},
        }
        return {"token": token}


def response(
    request: requests.PreparedRequest,
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """Return an answer with that body: as JSON, or as a page where it is a text."""
    answer = requests.Response()
    answer.status_code, answer.request, answer.url = status, request, str(request.url)
    is_page = isinstance(body, str)
    type_ = "text/html" if is_page else "application/json"
    answer.headers = CaseInsensitiveDict({"Content-Type": type_, **(headers or {})})
    answer._content = (body if is_page else json.dumps(body)).encode()
    answer.encoding = "utf-8"
    return answer


@contextmanager
def answering(cloud: CataloguedCloud) -> Iterator[CataloguedCloud]:
    """Answer every request from the cloud while inside."""

    def send(
        _adapter: HTTPAdapter, request: requests.PreparedRequest, **_options: Any
    ) -> requests.Response:
        return cloud.answer(request)

    with patch.object(HTTPAdapter, "send", send):
        yield cloud
