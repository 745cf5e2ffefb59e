"""Tokens of users by their EC2 credentials, whose secrets an administrator can read.

An old Nova shows some things to their user only. Where the user has EC2 credentials, Keystone takes
a request signed with them for the user's own, as it does for Nova's EC2 API.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dashboard import secrets
from dashboard.clients.legacy.found import Found

Json = dict[str, Any]

_HOST, _VERB, _PATH = "pumphouse", "POST", "/"
_PARAMETERS = {
    "Action": "DescribeKeyPairs",
    "SignatureMethod": "HmacSHA256",
    "SignatureVersion": "2",
}


def token_of(found: Found, credential: Mapping[str, Any]) -> str:
    """Return a token of the credential's user in its tenant, "" where Keystone gives none.

    It gives none for a user or a tenant that is disabled, or where the two have parted.
    """
    secrets.register(credential["secret"])
    address = found.other("identity").get_endpoint().rstrip("/")
    answer = found.session.post(
        f"{address}/ec2tokens",
        json={"credentials": _signed(credential["access"], credential["secret"])},
        raise_exc=False,
    )
    if answer.status_code >= 400:
        return ""
    # v3 tells it in a header, v2.0 in the body
    token = answer.headers.get("X-Subject-Token") or answer.json()["access"]["token"]["id"]
    secrets.register(token)
    return str(token)


def _signed(access: str, secret: str) -> Json:
    """Return a request of the EC2 API signed with the secret, by version 2 of its signatures."""
    parameters = "&".join(
        f"{quote(name)}={quote(value, safe='-_~')}" for name, value in sorted(_PARAMETERS.items())
    )
    text = f"{_VERB}\n{_HOST}\n{_PATH}\n{parameters}"
    digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
    return {
        **{"access": access, "signature": base64.b64encode(digest).decode()},
        **{"host": _HOST, "verb": _VERB, "path": _PATH, "params": _PARAMETERS},
    }
