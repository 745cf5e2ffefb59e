"""The Keystone of the Fuel master: tokens for a password, by API v2.0 and v3."""

import secrets
from dataclasses import dataclass, field

from lab.fuel.master import Row
from lab.fuel.refusal import Refusal

# Tokens of a Fuel master can read as expired, which clients must not mind.
EXPIRED = "2016-01-01T00:00:00Z"


@dataclass
class Login:
    """The one account; ``versions`` are those that this Keystone has."""

    username: str
    password: str = field(repr=False)
    tenant: str = "admin"
    versions: tuple[str, ...] = ("v2.0", "v3")
    tokens: set[str] = field(default_factory=set, repr=False)

    def version_two(self, body: Row) -> Row:
        """Answer POST /keystone/v2.0/tokens. Raises Refusal."""
        self._refuse_version("v2.0")
        auth = body["auth"]
        given = auth["passwordCredentials"]
        self._refuse_wrong(given["username"], given["password"], auth.get("tenantName"))
        tenant = {"id": "1", "name": self.tenant, "enabled": True, "description": ""}
        token = {"id": self._new_token(), "expires": EXPIRED, "tenant": tenant}
        user = {"id": "1", "name": self.username, "username": self.username, "roles": []}
        return {"access": {"token": token, "user": user, "serviceCatalog": []}}

    def version_three(self, body: Row) -> tuple[str, Row]:
        """Answer POST /keystone/v3/auth/tokens with token and body. Raises Refusal."""
        self._refuse_version("v3")
        user = body["auth"]["identity"]["password"]["user"]
        project = body["auth"]["scope"]["project"]
        self._refuse_wrong(user["name"], user["password"], project["name"])
        domain = {"id": "default", "name": "Default"}
        answer = {
            "methods": ["password"],
            "expires_at": EXPIRED,
            "issued_at": EXPIRED,
            "user": {"id": "1", "name": self.username, "domain": domain},
            "project": {"id": "1", "name": self.tenant, "domain": domain},
            "roles": [{"id": "1", "name": "admin"}],
            "catalog": [],
        }
        return self._new_token(), {"token": answer}

    def refuse_unknown(self, token: str | None) -> None:
        """Raise Refusal for a request without a token that was given out."""
        if token not in self.tokens:
            raise Refusal(401, "Authentication required", plain=True)

    def _new_token(self) -> str:
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return token

    def _refuse_version(self, version: str) -> None:
        if version not in self.versions:
            raise Refusal(404, "The resource could not be found.")

    def _refuse_wrong(self, username: str, password: str, tenant: str | None) -> None:
        if (username, password, tenant) != (self.username, self.password, self.tenant):
            raise Refusal(401, "The request you have made requires authentication.")
