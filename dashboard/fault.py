"""The response to an error that no view handles."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import bad_request

from dashboard.page_before import page_before

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_AFTER = {"Retry-After": "30"}
DATABASE_DOWN = {"error": "The database is unavailable.", "fix": "Retry later."}
"""The API's response while the database is down."""
INTERNAL_ERROR = {
    "error": "Pumphouse ran into an internal error.",
    "fix": "Retry; if it stays, report it with what the web server's log says.",
}
"""The API's response to our own bugs."""
BAD_REQUEST = {"error": "This request cannot be read.", "fix": "Correct it and send it again."}
"""The API's response to a request that no view sees."""


def respond_to_fault(request: HttpRequest) -> HttpResponse:
    """Return 503 while the database is down, which is temporary, else 500: that is our bug.

    Django calls it while it handles the error, so ``sys.exc_info`` still has it.
    """
    if not is_database_down(sys.exc_info()[1]):
        return _internal_error(request)
    if request.path.startswith("/api/"):
        return JsonResponse(DATABASE_DOWN, status=503, headers=RETRY_AFTER)
    page = render_to_string("503.html", {"back": _form_of(request)})
    return HttpResponse(page, status=503, headers=RETRY_AFTER)


def _internal_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(INTERNAL_ERROR, status=500)
    page = render_to_string("500.html", {"back": _form_of(request)})
    return HttpResponse(page, status=500)


def _form_of(request: HttpRequest) -> str:
    """Return the page whose form was sent, "" for a page that was asked for: that is asked again.

    What takes forms alone shows no page.
    """
    return "" if request.method in ("GET", "HEAD") else page_before(request)


def page_for_wrong_method(get_response: GetResponse) -> GetResponse:
    """Return a middleware that shows a page where an address only takes a form.

    Whoever reloads it, or comes back to it after a login, would see nothing at all.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "405.html", {"back": page_before(request)}, status=405)
        page["Allow"] = response["Allow"]
        return page

    return respond


def respond_to_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form without the token of its session, with the way back to the form."""
    return render(request, "403_csrf.html", {"back": page_before(request)}, status=403)


def respond_to_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400 for a request that no view should see, such as one with a NUL in its address."""
    if not request.path.startswith("/api/"):
        return bad_request(request, exception)
    return JsonResponse(BAD_REQUEST, status=400)


def is_database_down(error: BaseException | None) -> bool:
    """Return whether an error is about reaching the database, rather than about a query."""
    return isinstance(error, OperationalError | InterfaceError)
