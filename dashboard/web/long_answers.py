"""Answers that go on: what a view has left for the bridge to ask for more.

A view answers with what there is, and puts a ``Listener`` into the request's environment. The
bridge then keeps the connection and asks it now and then, on a thread only for that moment. Behind
any other server the answer ends at once, and the client asks again.
"""

from typing import Any, Protocol

LISTENER = "pumphouse.listener"
"""The key in the environment."""
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
"""The longest silence: proxies and clients end a connection that says nothing."""
LISTEN_SECONDS = 300.0
"""How long one goes on. The client then asks again, and has to be allowed to, still."""
MOST_LISTENERS = 50
"""In one process. The answers of others end at once, and they come back."""
HEARTBEAT = b": still here\n\n"

Environ = dict[str, Any]


class Listener(Protocol):
    """What knows more later."""

    def more(self) -> bytes:
        """Return what is new since the last call, nothing when nothing is. May ask databases."""


def listen(environ: Environ, listener: Listener) -> None:
    """Have the answer to this request go on."""
    environ[LISTENER] = listener
