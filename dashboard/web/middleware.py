"""What is looked at before anything else of Django: who asks, and whether the address is a text."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: GetResponse) -> GetResponse:
    """Take the client's address from proxies that PUMPHOUSE_TRUSTED_PROXIES names, from no others.

    Lock-out and throttle count by address: behind a proxy all clients would share its own. Each
    proxy adds to the right of X-Forwarded-For who asked it, so what a client wrote is at the left.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        if _is_trusted(peer):
            request.META["REMOTE_ADDR"] = _client_of(request, peer)
        elif settings.TRUSTED_PROXIES:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return respond


def _client_of(request: HttpRequest, peer: str) -> str:
    """Return the last address that is not a trusted proxy's own; the first one if all are."""
    client = peer
    for text in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = text.strip()
        if not _is_address(address):
            break
        client = address
        if not _is_trusted(address):
            break
    return client


def _is_trusted(text: str) -> bool:
    if not settings.TRUSTED_PROXIES or not _is_address(text):
        return False
    address = ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in settings.TRUSTED_PROXIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def no_nul(get_response: GetResponse) -> GetResponse:
    """Refuse addresses with a NUL, with 400: PostgreSQL takes none, not even to search for."""

    def respond(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            raise BadRequest("The address contains a NUL.")
        return get_response(request)

    return respond


def xsrf_header(get_response: GetResponse) -> GetResponse:
    """Take the CSRF token by the name that AngularJS and others send it, too."""

    def respond(request: HttpRequest) -> HttpResponse:
        if token := request.META.get("HTTP_X_XSRF_TOKEN"):
            request.META.setdefault(settings.CSRF_HEADER_NAME, token)
        return get_response(request)

    return respond
