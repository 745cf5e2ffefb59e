"""Turns the HTTP errors of OpenStack's services into ours, with their own reasons."""

import html
import re
from collections.abc import Mapping
from typing import Any

from dashboard import secrets
from dashboard.clients.retry_after import seconds_asked
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

PASSING_STATUSES = frozenset({408, 413, 429, 500, 502, 503, 504})
# nova says 403, neutron 409, cinder 413 to a full quota; waiting does not help with any of them
QUOTA_STATUSES = frozenset({403, 409, 413})
# the head of a page repeats the status; scripts and styles are for browsers
_markup = re.compile(r"<(head|script|style)\b.*?</\1\s*>|<[!/a-z][^>]*>", re.I | re.S)
# glance ends its messages with some
_break = re.compile(r"<br\s*/?>", re.I)
# the word quota alone is also in the names of policies, as os_compute_api:os-quota-sets:update
_over_quota = re.compile("exceed|over quota|over a limit", re.IGNORECASE)


class RefusedError(NeedsOperator):
    """A service refused a request. ``status`` is that of its answer."""

    def __init__(self, sentence: str, *, fix: str, request_id: str, status: int) -> None:
        super().__init__(sentence, fix=fix, request_id=request_id)
        self.status = status


def refusal_of(response: Any, *, cloud: str, request: str) -> PumphouseError:
    """Return the error for an answer of 400 and up: ``Retryable`` for what passes by itself, as an
    overloaded service, else ``NeedsOperator``."""
    status = response.status_code
    reason = _reason(response).rstrip(".")
    sentence = f"Cloud {cloud} answered {status} to {request}: {reason}."
    request_id = _request_id(response.headers)
    is_quota = status in QUOTA_STATUSES and bool(_over_quota.search(reason))
    if status in PASSING_STATUSES and not is_quota:
        after = seconds_asked(response.headers.get("retry-after"))
        return Retryable(sentence, request_id=request_id, retry_after=after)
    fix = _fix(status, is_quota=is_quota)
    return RefusedError(sentence, fix=fix, request_id=request_id, status=status)


def _request_id(headers: Mapping[str, str]) -> str:
    """Return the id of the request; Nova had a name of its own for it until Kilo."""
    return headers.get("x-openstack-request-id") or headers.get("x-compute-request-id") or ""


def _reason(response: Any) -> str:
    """Return the message of an OpenStack error, whatever envelope the service uses.

    It is masked before it is cut: half a secret would not be known any more.
    """
    try:
        body = response.json()
    except ValueError:
        return _cut(_without_markup(response.text), 300) or str(response.reason)
    while isinstance(body, dict) and body:
        body = body.get("message") or body.get("faultstring") or next(iter(body.values()))
    return _cut(_break.sub(" ", str(body)), 500)


def _cut(text: str, longest: int) -> str:
    return " ".join(secrets.mask(text).split())[:longest]


def _without_markup(text: str) -> str:
    """Return the words of an answer, which services and proxies may wrap in a page of HTML."""
    return html.unescape(_markup.sub(" ", text))


def _fix(status: int, *, is_quota: bool) -> str:
    if is_quota:
        return "Raise the project's quota on that cloud, then retry."
    fixes = {
        401: "Correct the credentials in the configuration.",
        403: "Give the account on that cloud the role that this needs (admin), then retry.",
        404: "Check whether it was deleted meanwhile, then plan again.",
        409: "Remove or rename what is in the way, or map to it in the plan; then retry.",
        421: "Correct that in the configuration, then retry.",
    }
    return fixes.get(status, "See the reason, fix it in the cloud, then retry.")
