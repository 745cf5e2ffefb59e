"""What Keystone keeps for a user's second factor or EC2 requests: mostly a secret.

Keystone tells all of it to administrators. Whatever reads one registers its secrets to be masked,
and keeps none of them.
"""

import hmac
import json
import secrets as random
from collections.abc import Iterator

from dashboard import secrets
from dashboard.clients.openstack import CloudSession, Json

EC2 = "ec2"
_PATH = "/credentials"
# of this process alone, so that what is made with it tells nobody anything
_KEY = random.token_bytes(32)


def credentials_of(cloud: CloudSession, user_id: str) -> Iterator[Json]:
    """Yield the credentials of a user, with the secrets in their blobs.

    They are not to be kept: no reader's memory has them.
    """
    for found in cloud.list("identity", _PATH, "credentials", user_id=user_id):
        if found["user_id"] == user_id:
            _register(found["blob"])
            yield found


def credential(cloud: CloudSession, id_: str) -> Json:
    """Return one credential, with its secret. Raises ``NeedsOperator`` when there is none."""
    found = cloud.get("identity", f"{_PATH}/{id_}", "credential")
    _register(found["blob"])
    return found


def contents_of(blob: str) -> Json:
    """Return what is in a blob; {} for one that is no JSON, as that of a second factor."""
    try:
        found = json.loads(blob)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def fingerprint(blob: str) -> str:
    """Return what equal blobs have in common and nothing else, within this process.

    Of EC2 credentials only the access key and the secret count.
    """
    found = contents_of(blob)
    text = json.dumps([found.get("access"), found.get("secret")]) if found else blob
    return hmac.new(_KEY, text.encode(), "sha256").hexdigest()


def _register(blob: str) -> None:
    secrets.register(blob)
    if secret := contents_of(blob).get("secret"):
        secrets.register(str(secret))
