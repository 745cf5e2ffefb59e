"""Shows the times of pages in the browser's time zone, which a cookie of the script names."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboard.jobs.time_zones import known_zone

COOKIE = "time_zone"

Respond = Callable[[HttpRequest], HttpResponse]


def browser_zone(get_response: Respond) -> Respond:
    """Return a middleware that answers in the browser's zone; in the server's if none is known.

    The API's times are in the server's zone: what calls it is no browser.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        zone = known_zone(request.COOKIES.get(COOKIE, ""))
        if zone is None or request.path.startswith("/api/"):
            return get_response(request)
        with timezone.override(zone):
            return get_response(request)

    return respond
