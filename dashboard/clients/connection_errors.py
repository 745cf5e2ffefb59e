"""Says which address gave no answer, and why in the few words of the system or of TLS.

keystoneauth, requests and urllib3 each wrap that into a longer sentence of their own.
"""

import re
from collections.abc import Iterator

from requests import RequestException

from dashboard import secrets

# "[Errno 111] Connection refused", "[SSL: …] certificate verify failed: … (_ssl.c:1006)"
_for_programmers = re.compile(r"^\[[^]]*\] | \(_ssl\.c:\d+\)$")


def cause_of(error: BaseException) -> str:
    """Return what the system or TLS said, else the first line of the error; without a full stop."""
    of_system = (wrapped for wrapped in _wrapped(error) if _is_of_system(wrapped))
    first_line = str(next(of_system, error)).strip().partition("\n")[0]
    return secrets.mask(_for_programmers.sub("", first_line).rstrip("."))


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
