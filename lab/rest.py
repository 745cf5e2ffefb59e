"""The few OpenStack API calls needed to start a cloud, without a client library."""

import json
import urllib.request
from typing import Any

from lab.clouds import Cloud
from lab.passwords import password

Answer = dict[str, Any]


class AdministratorSession:
    """Makes calls as a cloud's administrator. Logs in at once; raises OSError or KeyError."""

    def __init__(self, cloud: Cloud) -> None:
        """Log in."""
        self.cloud = cloud
        self._token = ""
        domain = {"id": "default"}
        secret = password(cloud.name, use="admin")
        user = {"name": "admin", "domain": domain, "password": secret}
        request = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "admin", "domain": domain}},
        }
        token, body = self.call("POST", "keystone", "/v3/auth/tokens", {"auth": request})
        self._token = token
        self.project: str = body["token"]["project"]["id"]

    def call(
        self, method: str, service: str, path: str, body: Answer | None = None
    ) -> tuple[str, Answer]:
        """Send one request. Return the issued token, if any, and the body."""
        request = urllib.request.Request(
            self.cloud.url(service) + path,
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json", "X-Auth-Token": self._token},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return answer.headers.get("X-Subject-Token", ""), json.loads(text) if text else {}

    def get(self, service: str, path: str, key: str) -> list[Answer]:
        """Return a list."""
        found: list[Answer] = self.call("GET", service, path)[1][key]
        return found

    def create(self, service: str, path: str, key: str, attributes: Answer) -> Answer:
        """Create an object and return its record."""
        made: Answer = self.call("POST", service, path, {key: attributes})[1][key]
        return made
