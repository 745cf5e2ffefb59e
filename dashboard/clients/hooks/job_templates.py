"""What AWX and Semaphore have in common: a job is ordered from a template, and then looked at."""

import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from typing_extensions import override

from dashboard.clients.cloud_keys import TLS_KEYS, read_verify
from dashboard.clients.hooks.base import Call, HookKind
from dashboard.clients.hooks.http_calls import require_success, send
from dashboard.clients.hooks.keys import Secret, read_secret, read_url
from dashboard.clients.yaml_sections import Section
from dashboard.errors import NeedsOperator, Retryable

Json = dict[str, Any]
VARIABLE = "pumphouse"
"""The variable of the job that has all that is known of the call."""


class JobTemplate(HookKind):
    """A template of jobs behind an API with a bearer token."""

    seconds = 3600
    label = "The job controller"
    keys = frozenset({"url", "token", "token_file", "template", "variables", "verify", "cacert"})

    def __init__(self, section: Section) -> None:
        self.url = read_url(section)
        self.template = section.number("template", default=0, least=1)
        if not self.template:
            raise section.missing("template")
        self.variables = section.plain_mapping("variables")
        self._token: Secret = read_secret(section, "token")
        self._verify = read_verify(section)

    @classmethod
    @override
    def read(cls, section: Section) -> Self:
        section.only(cls.keys | (TLS_KEYS & {"insecure"}))
        return cls(section)

    @property
    def what(self) -> str:
        """The other side, in words without a secret."""
        return f"{self.label} at {urlsplit(self.url).netloc}"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON that the API answers. Raises ``Retryable`` or ``NeedsOperator``."""
        reply = send(
            method,
            f"{self.url}{path}",
            what=self.what,
            json=body,
            headers={"Authorization": f"Bearer {self._token.value()}"},
            verify=self._verify,
        )
        if reply.status == 404:
            raise NeedsOperator(
                f"{self.what} has no {path}.", fix="Check url and template in the configuration."
            )
        require_success(reply, what=self.what)
        try:
            return json.loads(reply.body)
        except ValueError:
            raise Retryable(f"{self.what} answered no JSON.") from None

    def variables_of(self, call: Call) -> Json:
        """Return the variables of the job: those of the configuration, and the call."""
        return {**self.variables, VARIABLE: call.as_json()}

    def read_state(self, job: Json, *, good: str, bad: frozenset[str]) -> bool:
        """Return whether a job has ended well. Raises ``NeedsOperator`` if it did not."""
        status = str(job.get("status"))
        if status in bad:
            raise NeedsOperator(
                f"Job {job.get('id')} of {self.what[0].lower()}{self.what[1:]} ended as {status}.",
                fix="See its output there, and fix what it reports.",
            )
        return status == good
