"""What this process is called in rows that several processes share."""

import os
import secrets
import socket

_names: dict[int, str] = {}


def host_name() -> str:
    """Return the host name that this machine's runners are registered under."""
    return socket.gethostname()[:60]


def worker_name() -> str:
    """Return the name of this process, which no other ever has; one that was forked has its own."""
    process = os.getpid()
    if process not in _names:
        _names.clear()
        _names[process] = f"{host_name()}:{process}:{secrets.token_hex(4)}"
    return _names[process]
