"""Keeps secrets out of rows, logs and errors.

Clients register each secret when they read it. Code that writes a row, a log line or an error
passes the text through ``mask``. Patterns catch what nobody registered, such as tokens and
passwords in URLs.
"""

import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from urllib.parse import quote, quote_plus

from typing_extensions import override

MASK = "********"
SHORTEST = 4

_known: set[str] = set()
_lock = threading.Lock()
_here: ContextVar[frozenset[str]] = ContextVar("secrets of this thread", default=frozenset())

# Every pattern takes a time that is linear in the text: repetitions are bounded, or go on from
# where the last match ended.
_NAMES = (
    r"(?:password|passwd|passphrase|adminpass|admin_pass|user_pass|secret(?:_?(?:access_?)?key)?"
    r"|token|private_?key|auth_?key|api[_-]?key)"
)
_SECRET_NAME = re.compile(rf"(?i){_NAMES}|credential|^key$|^auth$")
# the second of the groups is the quote, which JSON in JSON escapes
_ASSIGNMENT = re.compile(
    rf"(?i)({_NAMES}(?:\\{{0,8}}[\"'])?\s{{0,20}}[:=]\s{{0,20}})"
    r"(?:"
    r"(\")(?:[^\"\\]|\\.)*"
    r"|(')(?:[^'\\]|\\.)*"
    r"|(\\{1,8}[\"'])(?:(?!(?<!\\)\4).)*"
    r"|[^\s\"',;}&\\]+"
    r")",
    re.DOTALL,
)
_REPLACED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)([^:/@\s]{0,256}):(?:(?!://)[^@\s]){1,1024}(?=@)"), rf"\1:{MASK}"),
    (_ASSIGNMENT, rf"\1\2\3\4{MASK}"),
    (re.compile(r"(?i)(authorization\W{1,8}(?:[a-z]{1,20}\s{1,4})?)[^\s\"',;\\]+"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b((?:bearer|basic)\s{1,4})[\w.~+/=-]{8,}"), rf"\1{MASK}"),
    (
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?"
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
        MASK,
    ),
    (re.compile(r"gAAAA[\w-]{40,}={0,2}"), MASK),
    (re.compile(r"\$(?:2[aby]|6|scrypt|pbkdf2-sha512|bcrypt-sha256)\$[^\s\"']{10,}"), MASK),
)


# what no database takes: an error whose text has it must be recorded all the same
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def register(secret: str | None) -> None:
    """Add a secret to those that ``mask`` hides in this process. Very short ones are ignored.

    It stays there, so register only what Pumphouse itself uses; see ``hidden`` for the rest.
    """
    if secret and len(secret) >= SHORTEST:
        with _lock:
            _known.update(_spellings(secret))


@contextmanager
def hidden(secret: str) -> Iterator[None]:
    """Hide what somebody sent, until the block ends and in this thread alone.

    Anybody may send any word as a password: other people's texts must not lose it.
    """
    more = _spellings(secret) if len(secret) >= SHORTEST else frozenset()
    token = _here.set(_here.get() | more)
    try:
        yield
    finally:
        _here.reset(token)


def mask(text: str, *, sent: str = "") -> str:
    """Return the text with every known secret, and anything like one, replaced.

    Secrets in ``sent``, the words of who gets the text, are left to the patterns: stars would tell
    that a guess was right.
    """
    with _lock:
        known = [*_known, *_here.get()]
    for secret in sorted(known, key=len, reverse=True):
        if secret not in sent:
            text = text.replace(secret, MASK)
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def names_a_secret(name: str) -> bool:
    """Return whether what has this name is taken for a secret, whatever it looks like."""
    return bool(_SECRET_NAME.search(name))


def is_storable(text: str) -> bool:
    """Return whether every database takes the text."""
    return not _NOT_STORABLE.search(text)


def _spellings(secret: str) -> frozenset[str]:
    """Return the secret as it is, and as JSON, Python, addresses and pages write it."""
    written = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    # JSON in JSON, as in the body of a request that an error repeats
    written |= {json.dumps(text)[1:-1] for text in written}
    addresses = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return frozenset({secret, repr(secret)[1:-1], escape(secret), *written, *addresses})


class MaskFilter(logging.Filter):
    """Masks each log record before a handler sees it, tracebacks included. Drops none."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
