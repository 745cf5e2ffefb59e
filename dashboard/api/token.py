"""Gives a token for a name and a password."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from dashboard import secrets
from dashboard.api.answers import ErrorSerializer


class TokenSerializer(serializers.Serializer[Any]):
    """What scripts send as ``Authorization: Token …``."""

    token = serializers.CharField()


class TokenThrottle(AnonRateThrottle):
    """Slows down who tries passwords, by address and web process."""

    rate = "10/min"

    def get_ident(self, request: Request) -> str:
        """Give the peer's address: what a caller says in X-Forwarded-For could be a new one each
        time."""
        return str(request.META["REMOTE_ADDR"])


class TokenView(ObtainAuthToken):
    """The door for scripts."""

    parser_classes = (JSONParser,)
    authentication_classes = ()
    throttle_classes = (TokenThrottle,)

    @extend_schema(
        operation_id="token_create",
        request=AuthTokenSerializer,
        responses={
            200: TokenSerializer,
            400: OpenApiResponse(ErrorSerializer, description="Wrong name or password."),
            429: OpenApiResponse(ErrorSerializer, description="Too many tries; wait a minute."),
        },
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give the user's token, the same at each call."""
        answer = super().post(request, *args, **kwargs)
        secrets.register(answer.data["token"])
        return Response({"token": answer.data["token"]})
