"""Authentication by the tokens of the API."""

from typing import Any

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed
from typing_extensions import override


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]  # knox has no types
    """Refuses what is no token with 401, also bytes that are no text."""

    @override
    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isalnum() or not token.isascii():
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(token)


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """Describes it in the schema."""

    target_class = f"{__name__}.TokenAuthentication"
