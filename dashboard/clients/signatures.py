"""Signatures of what Pumphouse and other programs send each other by HTTP.

They are made as GitHub's and Stripe's are: an HMAC-SHA256 over the time and the body, so that a
receiver can refuse what the other did not send, and what is replayed later.
"""

import hashlib
import hmac

SIGNATURE = "Pumphouse-Signature"
"""The header that has the signature."""
TOLERANCE_SECONDS = 300
"""How much clocks may differ, and how old a body may be."""


def sign(body: bytes, *, secret: str, at: int) -> str:
    """Return the value of the ``SIGNATURE`` header for a body sent at the Unix time ``at``."""
    digest = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def is_signed(body: bytes, signature: str, *, secret: str, now: float) -> bool:
    """Return whether a body was signed with the secret, and not long ago."""
    fields = dict(part.partition("=")[::2] for part in signature.split(","))
    at = fields.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    expected = sign(body, secret=secret, at=int(at))
    is_recent = abs(now - int(at)) <= TOLERANCE_SECONDS
    return hmac.compare_digest(
        expected.encode(), f"t={at},v1={fields.get('v1', '')}".encode()
    ) and (is_recent)
