"""Validates the body of a request."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


def valid(
    kind: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the validated fields of a request's body; ``partial`` leaves out those that it has
    not. Raises ``ValidationError``."""
    serializer = kind(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class ConfirmationSerializer(serializers.Serializer[Any]):
    """The name of what will be changed, typed by a person so that nothing is done by mistake."""

    confirmation = serializers.CharField()
