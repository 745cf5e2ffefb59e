"""Moments at which a runner dies that puts a tenant into maintenance, or takes it out."""

from collections.abc import Callable
from functools import partial

from dashboard.migrations_app.maintenance import entering, leaving, old_tokens
from tests.support.dying import after, before

ENTERING: dict[str, Callable[[], None]] = {
    "after a role was given": partial(after, entering, "grant"),
    "after a role was taken": partial(after, entering, "revoke"),
    "while old tokens are awaited": partial(before, old_tokens, "_await_refusal"),
}
LEAVING: dict[str, Callable[[], None]] = {
    "after a role was given back": partial(after, leaving, "grant"),
    "after the read-only role was taken back": partial(after, leaving, "revoke"),
}
MOMENTS = ENTERING | LEAVING
