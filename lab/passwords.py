"""Random passwords, created once per run directory.

Each use has its own, so that a search for leaked secrets in logs and databases is meaningful.
"""

import json
import secrets
from threading import Lock

from lab.errors import LabError
from lab.places import run_directory, write_private

# Of the clouds' administrators, the services among themselves, the databases, RabbitMQ, a host's
# BMC, the Fuel master, and the key that Barbican encrypts with.
USES = ("admin", "service", "database", "message_bus", "bmc", "fuel", "key_manager")
_LOCK = Lock()


def password(owner: str, *, use: str) -> str:
    """Return the password of one use in a cloud or of a host's BMC; the first call creates it."""
    if use not in USES:
        raise LabError(f"no password for {use}")
    path = run_directory() / "passwords.json"
    with _LOCK:
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        key = f"{owner}.{use}"
        if key not in known:
            known[key] = secrets.token_hex(16)
            write_private(path, json.dumps(known, indent=2) + "\n")
    return known[key]
