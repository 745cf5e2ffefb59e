"""Sends notifications to programs: a signed POST of JSON to each webhook.

The signature is made as GitHub's and Stripe's are: an HMAC-SHA256 over the time and the body, so
that a receiver can refuse what Pumphouse did not send, and what is replayed later.
"""

import json
import time
from collections.abc import Sequence

import requests
from django.conf import settings
from django.utils.crypto import salted_hmac
from typing_extensions import override

from dashboard.clients.connection_errors import cause_of
from dashboard.clients.retry_after import seconds_asked
from dashboard.clients.signatures import SIGNATURE, sign
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from dashboard.notifications.channel import Channel, Notification
from dashboard.notifications.setting_secrets import parts_of

SOCKET_SECONDS = 10.0
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class Webhook(Channel):
    """One address that accepts notifications. All of it but the host may be secret, as tokens are.

    Only an answer of 2xx is a success. Redirections are not followed: the notification would go to
    an address that nobody has set.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._host = parts_of(url).netloc.rpartition("@")[2] or "an unknown host"
        # Rows hold the key: it must distinguish addresses without revealing them.
        self.key = f"webhook:{salted_hmac('webhook', url, algorithm='sha256').hexdigest()[:16]}"
        self.label = f"webhook at {self._host}"

    @override
    def send(self, notification: Notification) -> str:
        try:
            status, after = self._post(_body(notification))
        except requests.RequestException as error:
            raise self._unsent(error) from None
        if 200 <= status < 300:
            return f"{self._host} answered {status}"
        raise self._refusal(status, after)

    def _post(self, body: bytes) -> tuple[int, str]:
        """Return the status and Retry-After of the response; its body is not read."""
        with requests.post(
            self._url,
            data=body,
            headers=_headers(body, at=int(time.time())),
            timeout=SOCKET_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code, answer.headers.get("Retry-After", "")

    def _unsent(self, error: requests.RequestException) -> PumphouseError:
        sentence = f"The {self.label} gave no answer: {cause_of(error)}."
        if isinstance(error, ValueError):  # the address itself cannot be used
            sentence = f"The address of the {self.label} is not one of http or https."
            return NeedsOperator(sentence, fix="Correct it in PUMPHOUSE_WEBHOOK_URLS.")
        return Retryable(sentence)

    def _refusal(self, status: int, after: str) -> PumphouseError:
        sentence = f"The {self.label} answered {status}."
        if status in PASSING_STATUSES:
            return Retryable(sentence, retry_after=seconds_asked(after))
        if 300 <= status < 400:
            fix = "Redirections are not followed: set the address that it redirects to."
        else:
            fix = "Check PUMPHOUSE_WEBHOOK_URLS, PUMPHOUSE_WEBHOOK_SECRET and the receiver's log."
        return NeedsOperator(sentence, fix=fix)


def webhook_channels() -> Sequence[Webhook]:
    """Return a channel for each configured address."""
    return [Webhook(url) for url in dict.fromkeys(settings.PUMPHOUSE_WEBHOOK_URLS)]


def _headers(body: bytes, *, at: int) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "Pumphouse"}
    if secret := settings.PUMPHOUSE_WEBHOOK_SECRET:
        headers[SIGNATURE] = sign(body, secret=secret, at=at)
    return headers


def _body(notification: Notification) -> bytes:
    fields = {
        "id": notification.id,
        "event": notification.event,
        "level": notification.severity.value,
        "text": notification.text,
        "sentence": notification.sentence,
        "job": notification.job,
        "url": notification.address,
        "at": notification.at,
    }
    return json.dumps(fields).encode()
