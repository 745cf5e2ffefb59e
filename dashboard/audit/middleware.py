"""Records each request that writes, by pages, API and Django admin alike."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from dashboard.audit.models import Act
from dashboard.audit.options import form_values, safe_options
from dashboard.audit.recording import recording

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
Respond = Callable[[HttpRequest], HttpResponse]


def record_acts(get_response: Respond) -> Respond:
    """Return a middleware that stores who sent what, and what came of it.

    What is sent without a login does nothing, so it leaves no row; failed logins have a list of
    their own, and lock their account.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return get_response(request)
        with recording(lambda act: _describe(act, request)) as made:
            made.act.who = request.user.get_username()  # one of the addresses logs out
            response = get_response(request)
            is_known = made.act.who or request.user.is_authenticated
            # the first page of two only asks: the act is what is sent from there
            if is_known and not getattr(request, "only_asks", False):
                made.end(*_outcome(request, response))
        return response

    return respond


def _describe(act: Act, request: HttpRequest) -> None:
    match = request.resolver_match
    name = match.view_name if match else ""
    space, _, verb = name.rpartition(":")
    act.who = act.who or request.user.get_username()
    act.origin = _origin(space)
    act.address = request.META.get("REMOTE_ADDR", "")[:80]
    act.verb = (verb or f"{request.method} {request.path}")[:100]
    act.target = _target(match.kwargs if match else {})[:250]
    act.options = safe_options(_sent(request))


def _origin(space: str) -> Act.Origin:
    if space == "admin":
        return Act.Origin.ADMIN
    return Act.Origin.API if space else Act.Origin.PAGE


def _target(named: dict[str, Any]) -> str:
    """Return what an address is about, as ``plan 12``."""
    words = ((name.removesuffix("_id").replace("_", " "), value) for name, value in named.items())
    return ", ".join(f"{'number' if name == 'pk' else name} {value}" for name, value in words)


def _sent(request: HttpRequest) -> dict[str, Any]:
    """Return the values of a form, or of a body that the API has parsed."""
    parsed = getattr(request, "parsed_body", None)
    if isinstance(parsed, dict):
        return parsed
    return form_values(request.POST, request.FILES.items())


def _outcome(request: HttpRequest, response: HttpResponse) -> tuple[Act.Result, str]:
    """Return what came of a request: pages show a refusal after a redirect, the API in JSON."""
    said = getattr(request, "refusal", "") or _error_of(response)
    if response.status_code >= 500:
        return Act.Result.FAILED, said
    return (Act.Result.REFUSED if said else Act.Result.DONE), said


def _error_of(response: HttpResponse) -> str:
    if response.status_code < 400 or response.streaming:
        return ""
    try:
        return str(json.loads(response.content)["error"])
    except (ValueError, KeyError, TypeError):
        return f"Status {response.status_code}."
