"""Documents the errors that any operation can answer with, so that no view has to name them."""

from collections.abc import Iterator
from typing import Any

DESCRIPTIONS = {
    400: "The request cannot be carried out.",
    401: "Nobody is logged in.",
    403: "This needs another role.",
    404: "Not found.",
    415: "The body has another format.",
    503: "The database is unavailable.",
}
ERROR = {"schema": {"$ref": "#/components/schemas/Error"}}


def document_errors(result: dict[str, Any], **_generation: Any) -> dict[str, Any]:
    """Return the schema with the errors of each operation; drf-spectacular calls it at the end."""
    for operations in result["paths"].values():
        for operation in operations.values():
            errors = {
                str(code): {"description": DESCRIPTIONS[code], "content": _formats(operation)}
                for code in _possible(operation)
            }
            operation["responses"] = dict(sorted({**errors, **operation["responses"]}.items()))
    return result


def _formats(operation: dict[str, Any]) -> dict[str, Any]:
    """Return how an error may be written: as JSON, or as the operation's own answer."""
    answer = operation["responses"].get("200", {}).get("content", {})
    return dict.fromkeys(["application/json", *answer], ERROR)


def _possible(operation: dict[str, Any]) -> Iterator[int]:
    """Yield the statuses that follow from what an operation takes, and from who may call it."""
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    has_body = "requestBody" in operation
    if has_body or "query" in places:
        yield 400
    # an operation for everybody has no security, or an empty one
    if any(operation.get("security", ())):
        yield from (401, 403)
    # a page that does not exist, too
    if places:
        yield 404
    if has_body:
        yield 415
    yield 503
