"""Tokens of the stand-in's Keystone for requests that are signed with EC2 credentials."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

from tests.support.juno.api import route
from tests.support.juno.identity import Identity
from tests.support.juno.messages import UNAUTHORIZED, Json, Refused, Reply, Request


class KeystoneEc2(Identity):
    """The same in both versions, but for where the token is told."""

    name = "keystone-ec2"
    version = "v2.0"

    @route("POST", "/v2.0/ec2tokens", open_to_all=True)
    def token(self, request: Request) -> Json:
        """Return a token of the user in the tenant of the credential."""
        return {"access": {"token": {"id": self._token(request.body["credentials"])}}}

    def _token(self, signed: Json) -> str:
        mine = [each for each in self.state["ec2"] if each["access"] == signed["access"]]
        if not mine or _signature(mine[0]["secret"], signed) != signed["signature"]:
            raise Refused(401, UNAUTHORIZED)
        names = {row["id"]: row["name"] for row in (*self.state["users"], *self.state["tenants"])}
        return f"TOKEN-{names[mine[0]['user_id']]}-{names[mine[0]['tenant_id']]}"


class KeystoneEc2V3(KeystoneEc2):
    """Version 3 tells the token in a header."""

    name = "keystone-ec2-v3"
    version = "v3"

    @route("POST", "/v3/ec2tokens", open_to_all=True)
    def token_in_header(self, request: Request) -> Reply:
        """Return a token of the user in the tenant of the credential."""
        token = self._token(request.body["credentials"])
        return Reply(200, {"token": {}}, {"X-Subject-Token": token})


def _signature(secret: str, signed: Json) -> str:
    """Return the signature of version 2, as Ec2Signer of python-keystoneclient makes it."""
    pairs: dict[str, Any] = signed["params"]
    query = "&".join(f"{quote(n)}={quote(pairs[n], safe='-_~')}" for n in sorted(pairs))
    text = f"{signed['verb']}\n{signed['host']}\n{signed['path']}\n{query}"
    digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
