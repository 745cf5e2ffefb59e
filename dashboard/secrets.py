"""Keeps secrets out of rows, logs and errors.

Clients register each secret when they read it. Code that writes a row, a log line or an error
passes the text through ``mask``. Patterns catch what nobody registered, such as tokens and
passwords in URLs.
"""

import logging
import re
import threading

from typing_extensions import override

MASK = "********"
SHORTEST = 4

_known: set[str] = set()
_lock = threading.Lock()
_patterns = (
    re.compile(r"(?i)(?<=://)([^:/@\s]+):([^@\s]+)(?=@)"),
    re.compile(
        r"(?i)((?:password|passwd|secret|token|x-auth-token|api[_-]?key)[\"']?\s*[:=]\s*)"
        r"([\"']?)([^\s\"',;}&]+)"
    ),
    re.compile(r"gAAAA[\w-]{40,}={0,2}"),
    re.compile(r"\$(?:2[aby]|6|scrypt|pbkdf2-sha512|bcrypt-sha256)\$[^\s\"']{10,}"),
)


def register(secret: str | None) -> None:
    """Add a secret to those that ``mask`` hides in this process. Very short ones are ignored."""
    if secret and len(secret) >= SHORTEST:
        with _lock:
            _known.add(secret)


def mask(text: str) -> str:
    """Return the text with every registered secret, and anything like one, replaced."""
    with _lock:
        known = sorted(_known, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK)
    address, assignment, fernet, digest = _patterns
    text = address.sub(rf"\1:{MASK}", text)
    text = assignment.sub(rf"\1\2{MASK}", text)
    return digest.sub(MASK, fernet.sub(MASK, text))


class MaskFilter(logging.Filter):
    """Masks each log record before a handler sees it, tracebacks included. Drops none."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
