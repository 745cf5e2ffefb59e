"""HTTP as hooks use it: bounded in time and size, without redirections."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import requests

from dashboard.clients.connection_errors import cause_of
from dashboard.clients.time_limit import within
from dashboard.errors import NeedsOperator, Retryable

SOCKET_SECONDS = 10.0
WHOLE_SECONDS = 30.0
MOST_BYTES = 256 * 1024
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer to a request: its status, and at most the first 256 KiB of its body."""

    status: int
    body: bytes


def send(method: str, url: str, *, what: str, **options: Any) -> Reply:
    """Send a request and return the answer, whichever its status is.

    ``what`` names the other side without a secret. Raises ``Retryable`` where nobody answers in
    time, and ``NeedsOperator`` for an address that cannot be used.
    """
    try:
        return within(WHOLE_SECONDS, partial(_send, method, url, options), what=what)
    except requests.RequestException as error:
        if isinstance(error, ValueError):
            raise NeedsOperator(f"{what}: its address cannot be used.", fix="Correct it.") from None
        raise Retryable(f"{what} gave no answer: {cause_of(error)}.") from None


def _send(method: str, url: str, options: dict[str, Any]) -> Reply:
    with requests.request(
        method, url, timeout=SOCKET_SECONDS, allow_redirects=False, stream=True, **options
    ) as answer:
        body = b""
        for piece in answer.iter_content(16 * 1024):
            body += piece
            if len(body) >= MOST_BYTES:
                break
        return Reply(status=answer.status_code, body=body[:MOST_BYTES])


def require_success(reply: Reply, *, what: str) -> None:
    """Raise ``Retryable`` for a status that may pass, ``NeedsOperator`` for another that is not
    2xx."""
    if 200 <= reply.status < 300:
        return
    sentence = f"{what} answered {reply.status}."
    if reply.status in PASSING_STATUSES:
        raise Retryable(sentence)
    if 300 <= reply.status < 400:
        fix = "Redirections are not followed: write the address that it redirects to."
    else:
        fix = "Check its address and secret in the configuration, and the receiver's log."
    raise NeedsOperator(sentence, fix=fix)
