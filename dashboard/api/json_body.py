"""JSON in the body of a request."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from typing_extensions import override

from dashboard.secrets import is_storable


class JsonParser(JSONParser):
    """Refuses what Python or a database cannot take, besides what is no JSON."""

    @override
    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply.") from None
        if not all(map(_can_be_stored, leaves(data))):
            raise ParseError("A value in this JSON cannot be stored: a NUL, half a character or ∞.")
        if request := (parser_context or {}).get("request"):
            # for the audit trail, which cannot read the body once more
            request._request.parsed_body = data
        return data


def leaves(data: Any) -> Iterator[Any]:
    """Yield the single values of parsed JSON and the names of its members, however deep."""
    values = [data]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, list):
            values += value
        else:
            yield value


def _can_be_stored(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, str) or is_storable(value)
