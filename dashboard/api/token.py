"""Gives a token for a name and a password, and takes it back."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from dashboard import secrets
from dashboard.api.responses import ErrorSerializer
from dashboard.errors import BadInput


class LoginSerializer(serializers.Serializer[Any]):
    """Who asks for a token."""

    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)


class TokenSerializer(serializers.Serializer[Any]):
    """What scripts send as ``Authorization: Token …``, and until when it is good."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class TokenThrottle(AnonRateThrottle):
    """Slows down who tries passwords, by address and web process."""

    rate = "10/min"

    def get_ident(self, request: Request) -> str:
        """Return the peer's address: what a caller says in X-Forwarded-For could be a new one each
        time."""
        return str(request.META["REMOTE_ADDR"])


class TokenView(APIView):
    """The door for scripts."""

    parser_classes = (JSONParser,)
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (TokenThrottle,)

    @extend_schema(
        operation_id="token_create",
        request=LoginSerializer,
        responses={
            200: TokenSerializer,
            400: OpenApiResponse(ErrorSerializer, description="Wrong name or password."),
            429: OpenApiResponse(ErrorSerializer, description="Too many tries; wait."),
        },
    )
    def post(self, request: Request) -> Response:
        """Return a new token of the user; those from before stay good."""
        login = LoginSerializer(data=request.data)
        login.is_valid(raise_exception=True)
        secrets.register(login.validated_data["password"])
        # Django's own request, on which the lock-out leaves its mark for its middleware.
        user = authenticate(request._request, **login.validated_data)
        if not isinstance(user, User):
            raise BadInput("That name and password do not belong together.")
        row, token = AuthToken.objects.create(user)
        secrets.register(token)
        return Response({"token": token, "expiry": row.expiry})


class RevokeView(APIView):
    """The way to end a token."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="token_revoke", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Make the token that is sent with this request good for nothing from now on."""
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
