"""Random passwords, made once for each run directory.

Each use has its own, so that a search for leaked secrets in logs and databases means something.
"""

import json
import secrets
from threading import Lock

from lab.errors import LabError
from lab.places import run_directory, write_private

# Of the clouds' administrators, of the services among themselves, of the databases, of RabbitMQ,
# of a host's BMC, and of the Fuel master.
USES = ("admin", "service", "database", "message_bus", "bmc", "fuel")
_LOCK = Lock()


def password(owner: str, *, use: str) -> str:
    """The password of one use in one cloud, or of one host's BMC; made on the first call."""
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
