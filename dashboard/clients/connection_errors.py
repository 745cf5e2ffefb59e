"""Turns the errors of keystoneauth into ours: which address did not answer, and why.

The reason is in the few words of the system or of TLS. keystoneauth, requests and urllib3 each wrap
those into a longer sentence of their own.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from keystoneauth1 import exceptions as auth_errors
from requests import RequestException

from dashboard import secrets
from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.retry_after import seconds_asked
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

# "[Errno 111] Connection refused", "[SSL: …] certificate verify failed: … (_ssl.c:1006)"
_for_programmers = re.compile(r"^\[[^]]*\] | \(_ssl\.c:\d+\)$")


@contextmanager
def translated_errors(access: CloudAccess) -> Iterator[None]:
    """Raise as ours what keystoneauth raises inside: ``Retryable`` where there is no answer."""
    try:
        yield
    except auth_errors.ClientException as error:
        raise _translated(error, access) from None


def _translated(error: auth_errors.ClientException, access: CloudAccess) -> PumphouseError:
    address = address_asked(error) or access.auth.get("auth_url", "")
    match error:
        case auth_errors.Unauthorized():
            return NeedsOperator(
                f"Cloud {access.name} refused the credentials of {access.account}.",
                fix="Correct the user, the password and the domains in the configuration.",
                request_id=error.request_id or "",
            )
        case auth_errors.SSLError():
            return NeedsOperator(
                f"There is no TLS with cloud {access.name} at {address}: {cause_of(error)}.",
                fix="Correct the address, or name the authority of its certificate as cacert.",
            )
        case auth_errors.TooManyRequests():
            return Retryable(
                f"Cloud {access.name} accepts no more logins at the moment: {cause_of(error)}.",
                fix="Raise the rate limit of its Keystone if this goes on.",
                request_id=error.request_id or "",
                retry_after=_seconds(error),
            )
        case (
            auth_errors.RetriableConnectionFailure()
            | auth_errors.DiscoveryFailure()
            | auth_errors.HttpServerError()
        ):
            return Retryable(
                f"Cloud {access.name} does not answer at {address}: {cause_of(error)}.",
                fix="Check the address and that the service runs and can be reached from here.",
            )
        case _:
            return NeedsOperator(
                f"Cloud {access.name} cannot be used: {cause_of(error)}.",
                fix="Check the region, the interface and the endpoints of its catalogue.",
            )


def _seconds(error: auth_errors.HttpError) -> float | None:
    headers = error.response.headers if error.response is not None else {}
    return seconds_asked(headers.get("retry-after"))


def cause_of(error: BaseException) -> str:
    """Return what the system or TLS said, else the first line of the error; without a full stop."""
    of_system = (wrapped for wrapped in _wrapped(error) if _is_of_system(wrapped))
    first_line = secrets.mask(str(next(of_system, error))).strip().partition("\n")[0]
    return _for_programmers.sub("", first_line).rstrip(".")


def address_asked(error: BaseException) -> str:
    """Return the address that was asked, without its query; "" when the error does not tell it."""
    for wrapped in _wrapped(error):
        if isinstance(wrapped, RequestException) and wrapped.request is not None:
            return str(wrapped.request.url).partition("?")[0]
    return ""


def _wrapped(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what it was made from, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _is_of_system(error: BaseException) -> bool:
    # those of requests are OSErrors too
    return isinstance(error, OSError) and not isinstance(error, RequestException)
