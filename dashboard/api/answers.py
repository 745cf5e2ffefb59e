"""What the API answers to long work and to errors: the same few shapes everywhere."""

import logging
from typing import Any

from django.urls import Resolver404, resolve, reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from dashboard import secrets
from dashboard.errors import BadInput, Cancelled, Conflict, NotFound, PumphouseError, Retryable
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


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong, what helps, and for a conflict the address of what is in the way."""

    error = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    address = serializers.CharField(required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]


class AcceptedSerializer(serializers.Serializer[Any]):
    """The job that does what was asked for; its address is in the header Location too."""

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


def accepted(job: Job, **more: Any) -> Response:
    """Answer 202 with the job's address, in the body and as Location."""
    address = job_address(job.pk)
    body = {"job": job.pk, "address": address, **more}
    return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": address})


def job_address(number: int) -> str:
    """Give the API's address of a job."""
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
        detail = error.detail if isinstance(error, APIException) else "There is no such object."
        response.data = {"error": str(detail), "fix": ""}
    return response


def _answer_ours(error: PumphouseError) -> Response:
    code = next(code for kind, code in STATUSES if isinstance(error, kind))
    body = {"error": secrets.mask(error.sentence), "fix": secrets.mask(error.fix)}
    headers = {}
    if isinstance(error, Conflict) and error.address:
        body["address"] = headers["Location"] = _api_address(error.address)
    if isinstance(error, Retryable) and error.retry_after is not None:
        headers["Retry-After"] = str(round(error.retry_after))
    return Response(body, status=code, headers=headers)


def _answer_fault(error: Exception, context: dict[str, Any]) -> Response:
    """Answer that we broke. What it was goes to the log, which masks secrets, and nowhere else."""
    logger.error("Break while answering %s", context["request"].path, exc_info=error)
    body = {"error": "Pumphouse itself broke.", "fix": "Its log says where; report it."}
    return Response(body, status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def _api_address(page: str) -> str:
    """Give the API's address of what a page shows, or the page itself when it is no job."""
    try:
        match = resolve(page)
    except Resolver404:
        return page
    return job_address(*match.kwargs.values()) if match.url_name == "job" else page


def _invalid(error: ValidationError) -> dict[str, Any]:
    if not isinstance(error.detail, dict):
        return {"error": " ".join(str(line) for line in error.detail), "fix": ""}
    sentences = [f"{field}: {_joined(lines)}" for field, lines in error.detail.items()]
    return {
        "error": " ".join(sentences),
        "fix": "Correct these fields and send it again.",
        "fields": error.detail,
    }


def _joined(lines: Any) -> str:
    return " ".join(str(line) for line in lines) if isinstance(lines, list) else str(lines)
