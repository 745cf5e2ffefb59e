"""What Fuel says when it refuses, in words: one of ``dashboard.errors`` for each answer.

Nailgun sends its reason as ``{"message": ..., "errors": [...]}`` or as plain text, in either case
as text/html. While a task runs in an environment, it answers 400, 403 or 409, depending on the
order. Any other 403 is about the state of an object, unless it is about the account's rights.
"""

from typing import Any

import requests

from dashboard import secrets
from dashboard.errors import Conflict, NeedsOperator, NotFound, PumphouseError, Retryable

PASSING_STATUSES = frozenset({408, 429, 502, 503, 504})
BUSY = (
    "another running task",  # 400 to changes
    "task is already running",  # 400 to provision
    "already started",  # 409 to deploy
    "running deployment task exists",  # 400 to the deletion of an environment
    "during deployment",  # 403 to network configurations
)
RIGHTS = "administrator rights"


class FuelBusy(Retryable):
    """Fuel works on that environment already; the order was not taken and can be given again."""


def refusal(response: requests.Response, *, root: str) -> PumphouseError:
    """Turn an answer that is not a 2xx into our error: NotFound, Conflict, FuelBusy, ..."""
    status, reason = response.status_code, _reason(response)
    what = f"{response.request.method} {response.request.path_url.partition('?')[0]}"
    sentence = f"Fuel at {root} answered {status} to {what}: {reason}."
    if status < 400:
        return _elsewhere(response, root)
    if status in PASSING_STATUSES:
        return Retryable(sentence, fix="Check whether Nailgun runs on the Fuel master.")
    if any(words in reason for words in BUSY):
        return FuelBusy(sentence, fix="Wait until the task that runs in Fuel is done, then retry.")
    if status == 404:
        return NotFound(sentence, fix="Check whether it was deleted in Fuel; discover again.")
    if status == 409:
        return Conflict(sentence, fix="Choose another name, or remove what has it in Fuel.")
    return NeedsOperator(sentence, fix=_fix(status, reason))


def not_fuel(root: str) -> NeedsOperator:
    """Return the error for an answer that Nailgun cannot have given."""
    return NeedsOperator(
        f"What answers at {root} is not the API of Fuel.",
        fix="Correct the host and the port below fuel in the configuration.",
    )


def _elsewhere(response: requests.Response, root: str) -> NeedsOperator:
    target = response.headers.get("location", "another address")
    return NeedsOperator(
        f"Fuel at {root} sends requests on to {target}.",
        fix="Write that address, with https, below fuel in the configuration.",
    )


def _reason(response: requests.Response) -> str:
    """Return Nailgun's message and, where it has any, the single errors below it."""
    try:
        body = response.json()
    except ValueError:
        body = response.text
    if isinstance(body, dict) and "message" in body:
        details = ", ".join(filter(None, map(_detail, body.get("errors") or ())))
        body = f"{body['message']} ({details})" if details else body["message"]
    # masked before it is cut: half a secret would not be known any more
    text = " ".join(secrets.mask(str(body)).split())[:500].rstrip(".")
    return text or str(response.reason)


def _detail(error: Any) -> str:
    """Describe one entry of ``errors``: which fields of which objects."""
    if not isinstance(error, dict):
        return str(error)
    fields = ", ".join(str(field) for field in error.get("errors") or ())
    ids = ", ".join(str(identity) for identity in error.get("ids") or ())
    return f"{fields} of {ids}" if fields and ids else fields


def _fix(status: int, reason: str) -> str:
    if status == 403 and RIGHTS in reason:
        return "Give the account the role admin in Fuel's Keystone."
    fixes = {
        401: "Correct the username and the password below fuel in the configuration.",
        403: "Fuel does not allow it in the present state. Change that in Fuel, then retry.",
        500: "See the log of Nailgun on the Fuel master (/var/log/nailgun/api.log).",
    }
    return fixes.get(status, "See the reason, fix it in Fuel, then retry.")
