"""The moment at which a runner dies that moves the servers of a host."""

from collections.abc import Callable
from functools import partial

from dashboard.hosts_app.evacuation.server_moves import ServerMove
from tests.support.dying import after

ASKED = "after Nova was asked to move a server"
MOMENTS: dict[str, Callable[[], None]] = {ASKED: partial(after, ServerMove, "_act")}
