"""The API's responses to long work and to errors, in the same few shapes everywhere."""

import logging
from typing import Any
from urllib.parse import unquote

from django.core import exceptions
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ParseError, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard import secrets
from dashboard.api.json_body import leaves
from dashboard.errors import (
    BadInput,
    Cancelled,
    Conflict,
    NotFound,
    PumphouseError,
    Retryable,
    WrongState,
)
from dashboard.fault import DATABASE_DOWN, RETRY_AFTER, is_database_down
from dashboard.jobs.models import Job

logger = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[PumphouseError], int], ...] = (
    (NotFound, status.HTTP_404_NOT_FOUND),
    (WrongState, status.HTTP_409_CONFLICT),
    (BadInput, status.HTTP_400_BAD_REQUEST),
    (Conflict, status.HTTP_409_CONFLICT),
    (Cancelled, status.HTTP_409_CONFLICT),
    (Retryable, status.HTTP_503_SERVICE_UNAVAILABLE),
    # NeedsOperator: a cloud refused, and we are the gateway to it.
    (PumphouseError, status.HTTP_502_BAD_GATEWAY),
)

FIXES: dict[int, str] = {
    400: "Correct the request and send it again.",
    401: "Send a token from /api/token/, or log in to the pages.",
    403: "Ask a Pumphouse admin for the role.",
    404: "Check the id in the list, or see /api/docs/ for all paths.",
    405: "See the Allow header for the methods of this path.",
    406: "Request JSON, the only format there is.",
    409: "Wait until it has finished, then retry.",
    413: "Send less at once.",
    415: "Send JSON, with the header Content-Type: application/json.",
    429: "Wait a minute, then retry.",
    502: "See the logs of Pumphouse and of the cloud.",
    503: "Retry later.",
}
"""The default fix by status, for errors that carry none."""

_FIX_OF_CSRF = "Send the page's CSRF token as the header X-CSRFToken, or use one from /api/token/."


class TooLarge(APIException):
    """The body is longer than Django reads at once."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too long."


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong and how to fix it; for a conflict also the address of the other job."""

    error = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    address = serializers.CharField(required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class AcceptedSerializer(serializers.Serializer[Any]):
    """The job that was started. The Location header has its address, or the address of the plan
    that it makes."""

    job = serializers.IntegerField()
    address = serializers.CharField()
    plan = serializers.IntegerField(required=False)


CONFLICT = OpenApiResponse(
    ErrorSerializer,
    description="The object's state does not allow it, or another job is working on it.",
)
"""The response to what an object's state does not allow, for the schema."""

BAD_INPUT = OpenApiResponse(ErrorSerializer, description="The request cannot be carried out.")
"""The response to what cannot be, for the schema."""

NOT_FOUND = OpenApiResponse(ErrorSerializer, description="Not found.")
"""The response to the name of something that does not exist, for the schema."""

ACCEPTED = {
    202: AcceptedSerializer,
    400: BAD_INPUT,
    404: NOT_FOUND,
    409: CONFLICT,
}
"""The responses of everything that starts a job, for the schema."""


def accepted(job: Job, *, location: str = "", **more: Any) -> Response:
    """Return 202 with the job's address in the body, and as Location unless another is given: the
    address of what the job makes."""
    address = job_address(job.pk)
    body = {"job": job.pk, "address": address, **more}
    headers = {"Location": location or address}
    return Response(body, status=status.HTTP_202_ACCEPTED, headers=headers)


def job_address(number: int) -> str:
    """Return the API's address of a job."""
    return reverse("api:job-detail", args=[number])


def error_response(error: Exception, context: dict[str, Any]) -> Response:
    """Return any error as ``{"error": sentence, "fix": sentence}``."""
    if isinstance(error, PumphouseError):
        return _ours(error, sent=_words_of(context["request"]))
    if isinstance(error, SuspiciousOperation):
        error = TooLarge() if isinstance(error, RequestDataTooBig) else ParseError()
    if isinstance(error, exceptions.PermissionDenied):
        error = PermissionDenied(str(error) or None)
    response = exception_handler(error, context)
    if response is None:
        return _fault(error, context)
    if isinstance(error, ValidationError):
        response.data = _invalid(error)
    else:
        detail = error.detail if isinstance(error, APIException) else "This does not exist."
        fix = getattr(error, "fix", "") or _fix_of(str(detail), response.status_code)
        response.data = {"error": str(detail), "fix": fix}
    return response


def _fix_of(detail: str, code: int) -> str:
    """Return the default fix; who is refused without a CSRF token may have the right role."""
    return _FIX_OF_CSRF if detail.startswith("CSRF Failed") else FIXES.get(code, FIXES[400])


def _ours(error: PumphouseError, *, sent: str) -> Response:
    code = next(code for kind, code in STATUSES if isinstance(error, kind))
    sentence, fix = error.sentence, error.fix or FIXES[code]
    body = {"error": secrets.mask(sentence, sent=sent), "fix": secrets.mask(fix, sent=sent)}
    headers = {}
    if isinstance(error, Conflict) and error.job:
        body["address"] = headers["Location"] = job_address(error.job)
    if isinstance(error, Retryable) and error.retry_after is not None:
        headers["Retry-After"] = str(round(error.retry_after))
    return Response(body, status=code, headers=headers)


def _words_of(request: Request) -> str:
    """Return what the caller sent: repeating it must not tell which of it is a secret."""
    try:
        body = request.data
    except APIException:
        body = {}
    return "\n".join([unquote(request.get_full_path()), *map(str, leaves(body))])


def _fault(error: Exception, context: dict[str, Any]) -> Response:
    """Return 500, or 503 if the database is down. Details go only to the log, which masks
    secrets."""
    logger.error("Unhandled error in %s", context["request"].path, exc_info=error)
    if is_database_down(error):
        code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Response(DATABASE_DOWN, status=code, headers=RETRY_AFTER)
    body = {"error": "Internal error in Pumphouse.", "fix": "See its log, and report the error."}
    return Response(body, status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def _invalid(error: ValidationError) -> dict[str, Any]:
    if not isinstance(error.detail, dict):
        return {"error": " ".join(str(line) for line in error.detail), "fix": FIXES[400]}
    sentences = [f"{field}: {_joined(lines)}" for field, lines in error.detail.items()]
    return {
        "error": " ".join(sentences),
        "fix": "Correct these fields and send the request again.",
        "fields": error.detail,
    }


def _joined(lines: Any) -> str:
    if isinstance(lines, dict):  # errors of an object nested in the body
        return " ".join(f"{field}: {_joined(inner)}" for field, inner in lines.items())
    return " ".join(map(_joined, lines)) if isinstance(lines, list) else str(lines)
