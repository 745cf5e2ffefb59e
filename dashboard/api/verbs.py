"""The addresses of verbs: one for each, made from what the verb says of itself."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from dashboard.api.option_fields import OptionsBody
from dashboard.api.responses import ACCEPTED, accepted
from dashboard.api.validation import valid
from dashboard.jobs.requester import by_api
from dashboard.jobs.verb import Verb

Body = type[serializers.Serializer[Any]]
ViewSet = TypeVar("ViewSet", bound=type[GenericViewSet[Any]])


def with_verbs(verbs: Iterable[Verb[Any]]) -> Callable[[ViewSet], ViewSet]:
    """Add an address for each verb to a viewset of the rows that the verbs are about."""

    def decorate(viewset: ViewSet) -> ViewSet:
        permissions = {verb.name: verb.permission for verb in verbs}
        viewset.action_permissions = {**getattr(viewset, "action_permissions", {}), **permissions}  # type: ignore[attr-defined]
        for verb in verbs:
            setattr(viewset, verb.name, _endpoint(verb))
        return viewset

    return decorate


def _endpoint(verb: Verb[Any]) -> Callable[..., Response]:
    body = body_of(verb)

    def start(self: GenericViewSet[Any], request: Request, **_kwargs: Any) -> Response:
        asked = valid(body, request) if body else {}
        return accepted(verb.start(self.get_object(), requester=by_api(request.user), **asked))

    start.__name__ = verb.name
    start.__doc__ = verb.effect
    endpoint = action(detail=True, methods=["post"], url_path=verb.path)(start)
    # around the action, which would drop what the schema knows
    return extend_schema(request=body, responses=ACCEPTED)(endpoint)


def body_of(verb: Verb[Any]) -> Body | None:
    """Return the serializer of what a verb wants to know, None when it wants nothing."""
    if not (verb.options or verb.confirmation):
        return None
    members: dict[str, Any] = {"options": verb.options, "__doc__": verb.effect}
    if verb.confirmation:
        members["confirmation"] = serializers.CharField(help_text=f"Type {verb.confirmation}.")
    name = "".join(part.capitalize() for part in verb.name.split("_"))
    return type(f"{name}Serializer", (OptionsBody,), members)
