"""Webhooks that are waited for: a signed request, and an answer to a one-time address."""

import json
import time
from typing import ClassVar, Self
from urllib.parse import urlsplit

from typing_extensions import override

from dashboard.clients.cloud_keys import read_verify
from dashboard.clients.hooks.base import Call, HookKind
from dashboard.clients.hooks.http_calls import require_success, send
from dashboard.clients.hooks.keys import read_secret, read_url
from dashboard.clients.signatures import SIGNATURE, sign
from dashboard.clients.yaml_sections import Section
from dashboard.errors import NeedsOperator
from dashboard.secrets import register


class Webhook(HookKind):
    """A program that is told by HTTP, and says by HTTP when it is done.

    A request whose answer was lost is sent again with the same id, by which the receiver knows it.
    """

    name: ClassVar[str] = "webhook"
    seconds = 3600

    def __init__(self, section: Section) -> None:
        self.url = read_url(section)
        self.secret = read_secret(section, "secret")
        self.waits = section.boolean("waits", default=True)
        self._verify = read_verify(section)
        parts = urlsplit(self.url)
        for part in (self.url, parts.path, parts.query):
            register(part)

    @classmethod
    @override
    def read(cls, section: Section) -> Self:
        section.only({"url", "secret", "secret_file", "waits", "verify", "cacert", "insecure"})
        return cls(section)

    @property
    def what(self) -> str:
        """The receiver, in words without a secret."""
        return f"The webhook at {urlsplit(self.url).netloc}"

    @override
    def start(self, call: Call) -> str:
        if self.waits and not call.answer_url:
            raise NeedsOperator(
                "Pumphouse does not know its own address, at which a webhook could answer.",
                fix="Set PUMPHOUSE_URL for the workers, or waits: false for the hook.",
            )
        body = json.dumps({**call.as_json(), "answer_url": call.answer_url}).encode()
        signature = sign(body, secret=self.secret.value(), at=int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Pumphouse",
            SIGNATURE: signature,
        }
        reply = send(
            "POST", self.url, what=self.what, data=body, headers=headers, verify=self._verify
        )
        require_success(reply, what=self.what)
        return ""

    @override
    def is_over(self, call: Call, reference: str) -> bool:
        if call.answer is None:
            return not self.waits
        if not call.answer.is_good:
            said = f": {call.answer.message}" if call.answer.message else ""
            raise NeedsOperator(
                f"{self.what} answered that it failed{said}", fix="Fix what it reports."
            )
        return True
