"""Validates the body of a request."""

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers
from rest_framework.request import Request
from typing_extensions import override

MOST_NAMED = 10
LONGEST_NAME = 60
# in a form of somebody who is logged in on the pages, for Django itself
_OF_FORMS = ("csrfmiddlewaretoken",)


class RequestBody(serializers.Serializer[Any]):
    """A body, or a part of one, that is refused with a field that it does not know.

    Django REST framework drops such fields: a hold with a spelling mistake would be none. Fields
    that only answers have may come back, so that a row can be sent as it was read.
    """

    @override
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refuse_unknown(data, known=self.fields)
        return super().to_internal_value(data)


def refuse_unknown(data: Mapping[str, Any], *, known: Iterable[str]) -> None:
    """Raise ``ValidationError`` that names the fields of a body that are not known, by name."""
    names = [*known]
    unknown = (name for name in data if name not in (*names, *_OF_FORMS))
    errors = {name[:LONGEST_NAME]: [_unknown(name, names)] for name in islice(unknown, MOST_NAMED)}
    if errors:
        raise serializers.ValidationError(errors)


def _unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:LONGEST_NAME], known, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"These are known: {', '.join(known)}."
    return f"There is no such field. {meant}"


class RequestBodySchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Tells in the schema that a body has no other fields."""

    target_class = RequestBody
    match_subclasses = True

    @override
    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


def valid(
    kind: type[serializers.Serializer[Any]], request: Request, *, partial: bool = False
) -> dict[str, Any]:
    """Return the validated fields of a request's body; ``partial`` leaves out those that it has
    not. Raises ``ValidationError``."""
    serializer = kind(data=request.data, partial=partial)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class ConfirmationSerializer(RequestBody):
    """The name of what will be changed, typed by a person so that nothing is done by mistake."""

    confirmation = serializers.CharField()
