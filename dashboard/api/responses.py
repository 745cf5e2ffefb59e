"""What the API answers to long work and to errors: the same few shapes everywhere."""

import logging
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard import secrets
from dashboard.errors import BadInput, Cancelled, Conflict, NotFound, PumphouseError, Retryable
from dashboard.fault import DATABASE_AWAY, RETRY_AFTER, is_database_away
from dashboard.jobs.models import Job

logger = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[PumphouseError], int], ...] = (
    (NotFound, status.HTTP_404_NOT_FOUND),
    (BadInput, status.HTTP_400_BAD_REQUEST),
    (Conflict, status.HTTP_409_CONFLICT),
    (Cancelled, status.HTTP_409_CONFLICT),
    (Retryable, status.HTTP_503_SERVICE_UNAVAILABLE),
    # NeedsOperator: a cloud said no, and we are between it and the caller.
    (PumphouseError, status.HTTP_502_BAD_GATEWAY),
)

FIXES: dict[int, str] = {
    400: "Correct what you sent, and send it again.",
    401: "Send a token from /api/token/, or log in to the pages.",
    403: "Ask an admin of Pumphouse for the role.",
    404: "See the list that it would be in, or /api/docs/ for the addresses there are.",
    405: "The header Allow names the methods that this address takes.",
    406: "Ask for JSON: it is all there is.",
    409: "Wait until it has ended, then try again.",
    415: "Send JSON, with the header Content-Type: application/json.",
    429: "Wait a minute, then try again.",
    502: "The log of Pumphouse and that of the cloud say more.",
    503: "Try again later.",
}
"""What helps where an error itself does not say it, by status."""


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong, what helps, and for a conflict the address of what is in the way."""

    error = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    address = serializers.CharField(required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class AcceptedSerializer(serializers.Serializer[Any]):
    """The job that does what was asked for. Its address, or that of the plan which it makes, is in
    the header Location too."""

    job = serializers.IntegerField()
    address = serializers.CharField()
    plan = serializers.IntegerField(required=False)


ACCEPTED = {
    202: AcceptedSerializer,
    400: OpenApiResponse(ErrorSerializer, description="It cannot be done like this."),
    403: OpenApiResponse(ErrorSerializer, description="It takes another role."),
    404: OpenApiResponse(ErrorSerializer, description="There is no such thing."),
    409: OpenApiResponse(ErrorSerializer, description="Another job is at work on the same."),
}
"""The answers of everything that starts a job, for the schema."""


def accepted(job: Job, *, location: str = "", **more: Any) -> Response:
    """Answer 202 with the job's address in the body, and as Location unless another one is given:
    that of what the job makes."""
    address = job_address(job.pk)
    body = {"job": job.pk, "address": address, **more}
    headers = {"Location": location or address}
    return Response(body, status=status.HTTP_202_ACCEPTED, headers=headers)


def job_address(number: int) -> str:
    """Return the API's address of a job."""
    return reverse("api:job-detail", args=[number])


def answer_error(error: Exception, context: dict[str, Any]) -> Response:
    """Answer any error as ``{"error": sentence, "fix": sentence}``."""
    if isinstance(error, PumphouseError):
        return _answer_ours(error)
    response = exception_handler(error, context)
    if response is None:
        return _answer_fault(error, context)
    if isinstance(error, ValidationError):
        response.data = _invalid(error)
    else:
        nothing = f"There is nothing at {context['request'].path}."
        detail = error.detail if isinstance(error, APIException) else nothing
        response.data = {"error": str(detail), "fix": FIXES.get(response.status_code, FIXES[400])}
    return response


def _answer_ours(error: PumphouseError) -> Response:
    code = next(code for kind, code in STATUSES if isinstance(error, kind))
    body = {"error": secrets.mask(error.sentence), "fix": secrets.mask(error.fix or FIXES[code])}
    headers = {}
    if isinstance(error, Conflict) and error.job:
        body["address"] = headers["Location"] = job_address(error.job)
    if isinstance(error, Retryable) and error.retry_after is not None:
        headers["Retry-After"] = str(round(error.retry_after))
    return Response(body, status=code, headers=headers)


def _answer_fault(error: Exception, context: dict[str, Any]) -> Response:
    """Answer that we broke, or that the database is away. What it was goes to the log, which masks
    secrets, and nowhere else."""
    logger.error("Break while answering %s", context["request"].path, exc_info=error)
    if is_database_away(error):
        code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Response(DATABASE_AWAY, status=code, headers=RETRY_AFTER)
    body = {"error": "Pumphouse itself broke.", "fix": "Its log says where; report it."}
    return Response(body, status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def _invalid(error: ValidationError) -> dict[str, Any]:
    if not isinstance(error.detail, dict):
        return {"error": " ".join(str(line) for line in error.detail), "fix": FIXES[400]}
    sentences = [f"{field}: {_joined(lines)}" for field, lines in error.detail.items()]
    return {
        "error": " ".join(sentences),
        "fix": "Correct these fields and send it again.",
        "fields": error.detail,
    }


def _joined(lines: Any) -> str:
    if isinstance(lines, dict):  # of an object within the body
        return " ".join(f"{field}: {_joined(inner)}" for field, inner in lines.items())
    return " ".join(map(_joined, lines)) if isinstance(lines, list) else str(lines)
