"""Issues API tokens for a username and password, and revokes them."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView
from typing_extensions import override

from dashboard import secrets
from dashboard.api.authentication import TokenAuthentication
from dashboard.api.json_body import JsonParser
from dashboard.api.responses import ErrorSerializer
from dashboard.api.validation import RequestBody
from dashboard.errors import BadInput
from dashboard.login import INCORRECT


class LoginSerializer(RequestBody):
    """The account that a token is for."""

    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)


class TokenSerializer(serializers.Serializer[Any]):
    """The value for ``Authorization: Token …``, and when it expires."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField()


class TokenThrottle(AnonRateThrottle):
    """Slows down password guessing, per client address and web process."""

    rate = "10/min"

    @override
    def get_ident(self, request: Request) -> str:
        # Not X-Forwarded-For: a client could send a new one each time.
        return str(request.META["REMOTE_ADDR"])


class TokenView(APIView):
    """Issues tokens."""

    parser_classes = (JsonParser,)
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (TokenThrottle,)

    @extend_schema(
        operation_id="token_create",
        request=LoginSerializer,
        responses={
            200: TokenSerializer,
            400: OpenApiResponse(ErrorSerializer, description="Incorrect username or password."),
            429: OpenApiResponse(ErrorSerializer, description="Too many attempts."),
        },
    )
    def post(self, request: Request) -> Response:
        """Issue a new token. Earlier tokens of the user stay valid."""
        login = LoginSerializer(data=request.data)
        login.is_valid(raise_exception=True)
        with secrets.hidden(login.validated_data["password"]):
            # Django's own request: django-axes sets an attribute on it for its middleware.
            user = authenticate(request._request, **login.validated_data)
        if not isinstance(user, User):
            raise BadInput(INCORRECT)
        row, token = AuthToken.objects.create(user)
        return Response({"token": token, "expiry": row.expiry})


class RevokeView(APIView):
    """Revokes tokens."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="token_revoke", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Revoke the token that this request was sent with."""
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
