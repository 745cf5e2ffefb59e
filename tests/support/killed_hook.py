"""When a runner that calls hooks kills itself: the act was done, and nobody has noted that."""

from collections.abc import Callable

from dashboard.clients.hooks.kinds import webhook
from dashboard.clients.hooks.kinds.awx import Awx
from dashboard.clients.hooks.kinds.command import Command
from tests.support.dying import after, before

MOMENTS: dict[str, Callable[[], None]] = {
    "a webhook has taken the call": lambda: after(webhook, "require_success"),
    "AWX has taken the job": lambda: after(Awx, "start"),
    "a command has run": lambda: before(Command, "_require_success"),
}
