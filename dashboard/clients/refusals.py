"""Turns the HTTP errors of OpenStack's services into ours, with their own reasons."""

from typing import Any

from dashboard import secrets
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

PASSING_STATUSES = frozenset({408, 413, 429, 500, 502, 503, 504})


def refusal_of(response: Any, *, cloud: str, request: str) -> PumphouseError:
    """Return the error for an answer of 400 and up: ``Retryable`` for what passes by itself, as an
    overloaded service, else ``NeedsOperator``."""
    status = response.status_code
    reason = secrets.mask(_reason(response)).rstrip(".")
    sentence = f"Cloud {cloud} answered {status} to {request}: {reason}."
    request_id = response.headers.get("x-openstack-request-id", "")
    if status in PASSING_STATUSES and not _is_quota(sentence):
        after = response.headers.get("retry-after", "")
        return Retryable(
            sentence,
            request_id=request_id,
            retry_after=float(after) if after.isdigit() else None,
        )
    return NeedsOperator(sentence, fix=_fix(status, sentence), request_id=request_id)


def _reason(response: Any) -> str:
    """Return the message of an OpenStack error, whatever envelope the service uses."""
    try:
        body = response.json()
    except ValueError:
        return " ".join(response.text.split())[:300] or response.reason
    while isinstance(body, dict) and body:
        body = body.get("message") or body.get("faultstring") or next(iter(body.values()))
    return " ".join(str(body).split())[:500]


def _is_quota(sentence: str) -> bool:
    # nova says 403 and cinder 413 to a full quota; waiting does not help with either
    return "quota" in sentence.lower() or "exceed" in sentence.lower()


def _fix(status: int, sentence: str) -> str:
    if _is_quota(sentence):
        return "Raise the project's quota on that cloud, then retry."
    fixes = {
        401: "Correct the credentials in the configuration.",
        403: "Give the account on that cloud the role that this needs (admin), then retry.",
        404: "Check whether it was deleted meanwhile, then plan again.",
        409: "Remove or rename what is in the way, or map to it in the plan; then retry.",
    }
    return fixes.get(status, "See the reason, fix it in the cloud, then retry.")
