"""Sessions that last as long as somebody works, and what happens when one has ended."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from typing_extensions import override

from dashboard.page_before import page_before

RENEWED_AT = "renewed_at"
SHARE = 0.1
"""A session is renewed once so much of its time has gone by: not at each request."""
NOTHING_DONE = "Your session had ended, so nothing was done. Log in, and do it again."
UNAUTHORIZED = 401

Respond = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]


class LoginRequired(LoginRequiredMiddleware):
    """Asks for a login, except of a page that only polls, and without losing where one was."""

    @override
    def process_view(
        self,
        request: HttpRequest,
        view_func: View,
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Return 401 to a poll without a session: its page then says so."""
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and request.headers.get("HX-Request"):
            return HttpResponse(status=UNAUTHORIZED)
        return answer

    @override
    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponseRedirect:
        """Redirect to the login page, from where a button's user comes back to its page.

        The button's own address cannot be shown.
        """
        if request.method in ("GET", "HEAD") or request.headers.get("HX-Request"):
            return super().handle_no_permission(request, view_func)
        messages.error(request, NOTHING_DONE)
        return redirect_to_login(_page_of(request), self.get_login_url(view_func))


def _page_of(request: HttpRequest) -> str:
    """Return the path of the page that a button was on, the home page's if it is not told."""
    asked = urlsplit(page_before(request))
    path = asked.path or "/"
    return f"{path}?{asked.query}" if asked.query else path


def sliding_session(get_response: Respond) -> Respond:
    """Return a middleware that renews the session of somebody who opens pages or posts.

    The polls of a page that lies open do not: nobody may sit before it.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.headers.get("HX-Request"):
            _renew(request)
        return get_response(request)

    return respond


def _renew(request: HttpRequest) -> None:
    now = time.time()
    if now - request.session.get(RENEWED_AT, 0) > SHARE * settings.SESSION_COOKIE_AGE:
        request.session[RENEWED_AT] = now
