"""How Nova names key pairs, and how we tell them apart.

Before microversion 2.92 a name has letters, digits, spaces, hyphens and underscores only; from then
on also dots and at signs.
"""

import hashlib
import re

from dashboard.clients.openstack import CloudSession

# from 2.10 on an administrator may name the user whose keys to read or write
KEYS_OF_OTHERS = "2.10"
UNREADABLE = (
    "Nova of the source shows a key only to its user, who has no EC2 credentials there: let the "
    "user import it on the destination."
)
"""Why a key without a public key is not created: one of an old Nova, known by its name only."""
_DOTS_SINCE = "2.92"
# the ledger has room for so many letters
_LONGEST_ID = 130

_name = re.compile(r"[a-zA-Z0-9_ -]{1,255}")
_dotted = re.compile(r"[a-zA-Z0-9_ .@-]{1,255}")


def key_id(user_id: str, name: str) -> str:
    """Return what identifies a key: its user and its name, as a digest where that is long."""
    id_ = f"{user_id}:{name}"
    if len(id_) <= _LONGEST_ID:
        return id_
    return f"{user_id}:{hashlib.sha256(name.encode()).hexdigest()}"


def accepts_key_name(name: str, cloud: CloudSession) -> bool:
    """Return whether a cloud's Nova accepts a key of that name."""
    allowed = _dotted if cloud.supports("compute", _DOTS_SINCE) else _name
    return bool(allowed.fullmatch(name))


def microversion_for_keys(cloud: CloudSession) -> str:
    """Return the microversion by which a cloud's Nova accepts the most names."""
    return _DOTS_SINCE if cloud.supports("compute", _DOTS_SINCE) else KEYS_OF_OTHERS
