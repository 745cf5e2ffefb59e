"""A page of somebody else in place of ours, as in 2015: its files, behind our login.

``PUMPHOUSE_UI_DIRECTORY`` names the directory: of files, or a clone of a repository like
pumphouse-ui, whose page is in ``static/ajs``.
"""

from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe
from django.views.static import serve

from dashboard.errors import BadInput
from dashboard.web.page_of_others import index_of

STATIC = "static/"
XSRF_COOKIE = "XSRF-TOKEN"
"""What AngularJS sends back as X-XSRF-TOKEN with whatever it posts."""
# Whoever installed the page trusts it. It still can reach nobody but us.
POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}


@require_safe
@csp_replace(POLICY)  # type: ignore[untyped-decorator]  # csp has no types
def page(request: HttpRequest) -> HttpResponseBase:
    """Show the page, and let it post with the token of the session."""
    try:
        answer = FileResponse(index_of(settings.UI_DIRECTORY).open("rb"))
    except BadInput as error:
        raise Http404(str(error)) from None
    answer.set_cookie(
        XSRF_COOKIE,
        get_token(request),
        secure=settings.CSRF_COOKIE_SECURE,
        samesite="Lax",
    )
    return answer


@require_safe
@csp_replace(POLICY)  # type: ignore[untyped-decorator]  # csp has no types
def page_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return a file of the page; what it calls static/… may be there or at the top."""
    root = Path(settings.UI_DIRECTORY)
    is_there = not name.startswith(STATIC) or (root / STATIC).is_dir()
    return serve(request, name if is_there else name.removeprefix(STATIC), document_root=str(root))
