"""What all pages share: permissions, how errors are shown, and pagination."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from dashboard.errors import Conflict, PumphouseError
from dashboard.jobs.roles import Action, has_permission, role_refusal

WAITING = "waiting"
"""The state by which lists show what needs an operator, whatever its own state."""
Parameters = ParamSpec("Parameters")


class PageRequest(HttpRequest):
    """A request of a user who has logged in: the middleware rejects all others."""

    user: User


View = Callable[Concatenate[PageRequest, Parameters], HttpResponse]


class HasPage(Protocol):
    """A row with a page of its own."""

    def get_absolute_url(self) -> str:
        """Return the page's address."""


def allowed_to(action: Action) -> Callable[[View[Parameters]], View[Parameters]]:
    """Restrict a view to users with the permission; others get 403 and the role that it takes."""

    def decorate(view: View[Parameters]) -> View[Parameters]:
        @wraps(view)
        def guarded(
            request: PageRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> HttpResponse:
            require(request, action)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require(request: PageRequest, action: Action) -> None:
    """Refuse a user without the permission: for views that learn only on the way what it takes."""
    if not has_permission(request.user, action):
        raise PermissionDenied(role_refusal(action))


def action_view(action: Action) -> Callable[[View[Parameters]], View[Parameters]]:
    """Make a view that a button posts to: POST only, and restricted as ``allowed_to`` does."""

    def decorate(view: View[Parameters]) -> View[Parameters]:
        posted: View[Parameters] = require_POST(allowed_to(action)(view))
        return posted

    return decorate


def show_error(request: HttpRequest, error: PumphouseError) -> None:
    """Show an error on the next page: the sentence, its fix, and a link to the job in the way."""
    messages.error(request, _sentence_of(error))
    request.refusal = error.sentence  # type: ignore[attr-defined]  # for the audit trail


def _sentence_of(error: PumphouseError) -> SafeString:
    sentence = format_html("<strong>{}</strong> {}", error.sentence, error.fix)
    if isinstance(error, Conflict) and error.job:
        sentence += format_html(' <a href="{}">Show it</a>', reverse("job", args=[error.job]))
    return sentence


def start_and_redirect(
    request: HttpRequest, start: Callable[[], HasPage], *, otherwise: HasPage
) -> HttpResponse:
    """Start a job and redirect to the page that shows it; on an error, to the other page."""
    try:
        return redirect(start())
    except PumphouseError as error:
        show_error(request, error)
        return redirect(otherwise.get_absolute_url())


def run_and_redirect(
    request: HttpRequest, work: Callable[[], Any], *, to: HasPage | str, done: str
) -> HttpResponse:
    """Do the work, redirect to a row's page or a named route, and show ``done`` or the error."""
    try:
        work()
    except PumphouseError as error:
        show_error(request, error)
    else:
        messages.success(request, done)
    return redirect(to)


def cut(
    rows: "QuerySet[Any] | Sequence[Any]",
    request: HttpRequest,
    *,
    size: int = 50,
    count: int | None = None,
) -> Page[Any]:
    """Return the page of rows that the request asks for, the nearest one if it does not exist.

    ``count`` is how many rows there are, where that is known.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))
