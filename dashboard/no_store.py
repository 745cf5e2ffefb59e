"""Keeps pages and answers of the API out of the caches of browsers and proxies."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NoStoreMiddleware:
    """Forbids to store a response, unless its view says otherwise.

    After logging out, the way back through a browser's history would show what was seen before.
    Static files never get here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response with the header."""
        response = self._get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response
