"""What is answered when something fails that no view has foreseen."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER = {"Retry-After": "30"}
DATABASE_AWAY = {"error": "The database does not answer.", "fix": "Try again later."}
"""What the API answers while it is away."""


def answer_fault(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away, which mends itself, and else 500: that is our fault.

    Django calls it while it handles the error, so that is still the current one.
    """
    if not is_database_away(sys.exc_info()[1]):
        return server_error(request)
    if request.path.startswith("/api/"):
        return JsonResponse(DATABASE_AWAY, status=503, headers=RETRY_AFTER)
    page = render_to_string("503.html")
    return HttpResponse(page, status=503, headers=RETRY_AFTER)


def is_database_away(error: BaseException | None) -> bool:
    """Return whether an error is one of reaching the database, and not of what it was asked."""
    return isinstance(error, OperationalError | InterfaceError)
