"""The Fuel master's Keystone: issues tokens by API v2.0 and v3."""

import secrets
from dataclasses import dataclass, field

from lab.fuel.master import Row
from lab.fuel.refusal import Refusal

# Tokens of a Fuel master can seem expired, which clients must ignore.
EXPIRED = "2016-01-01T00:00:00Z"


@dataclass
class Login:
    """The only account with a role in the tenant; ``versions`` are this Keystone's API versions.

    ``others`` are the passwords of accounts without a tenant: they can only log in.
    """

    username: str
    password: str = field(repr=False)
    tenant: str = "admin"
    versions: tuple[str, ...] = ("v2.0", "v3")
    others: dict[str, str] = field(default_factory=dict, repr=False)
    disabled: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set, repr=False)

    def version_two(self, body: Row) -> Row:
        """Answer POST /keystone/v2.0/tokens. Raises Refusal."""
        self._refuse_version("v2.0")
        auth = body["auth"]
        given, tenant = auth["passwordCredentials"], auth.get("tenantName")
        self._refuse_wrong(given["username"], given["password"], tenant)
        token: Row = {"id": self._new_token(given["username"]), "expires": EXPIRED}
        if tenant:
            token["tenant"] = {"id": "1", "name": tenant, "enabled": True, "description": ""}
        roles = [{"name": "admin"}] if tenant else []
        user = {"id": "1", "name": given["username"], "username": given["username"]}
        return {"access": {"token": token, "user": user | {"roles": roles}, "serviceCatalog": []}}

    def version_three(self, body: Row) -> tuple[str, Row]:
        """Answer POST /keystone/v3/auth/tokens with token and body. Raises Refusal."""
        self._refuse_version("v3")
        user = body["auth"]["identity"]["password"]["user"]
        scope = body["auth"].get("scope")
        tenant = scope["project"]["name"] if isinstance(scope, dict) else None
        self._refuse_wrong(user["name"], user["password"], tenant)
        domain = {"id": "default", "name": "Default"}
        answer: Row = {
            "methods": ["password"],
            "expires_at": EXPIRED,
            "issued_at": EXPIRED,
            "user": {"id": "1", "name": user["name"], "domain": domain},
        }
        if tenant:
            answer["project"] = {"id": "1", "name": tenant, "domain": domain}
            answer |= {"roles": [{"id": "1", "name": "admin"}], "catalog": []}
        return self._new_token(user["name"]), {"token": answer}

    def users(self, token: str | None) -> Row:
        """Answer GET /keystone/v3/users. Raises Refusal."""
        self._refuse_version("v3")
        self.refuse_unknown(token)
        names = [self.username, *self.others]
        users = [{"id": name, "name": name, "enabled": name not in self.disabled} for name in names]
        return {"users": users, "links": {"next": None, "previous": None, "self": ""}}

    def refuse_unknown(self, token: str | None) -> None:
        """Raise Refusal for a request without an issued token."""
        if token not in self.tokens:
            raise Refusal(401, "Authentication required", plain=True)

    def _new_token(self, username: str) -> str:
        """Return a token; Nailgun accepts only those of the account with a role."""
        token = secrets.token_hex(16)
        if username == self.username:
            self.tokens.add(token)
        return token

    def _refuse_version(self, version: str) -> None:
        if version not in self.versions:
            raise Refusal(404, "The resource could not be found.")

    def _refuse_wrong(self, username: str, password: str, tenant: str | None) -> None:
        known = {**self.others, self.username: self.password}
        tenants = (self.tenant, None) if username == self.username else (None,)
        if known.get(username) != password or tenant not in tenants:
            raise Refusal(401, "The request you have made requires authentication.")
