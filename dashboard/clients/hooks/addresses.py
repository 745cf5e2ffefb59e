"""The address at which a moved server is checked."""

from dashboard.clients.hooks.base import Call
from dashboard.errors import NeedsOperator


def address_of(call: Call) -> str:
    """Return the server's floating address, else its first fixed one.

    Raises ``NeedsOperator`` for a server without any.
    """
    address = call.facts.get("floating_address") or call.facts.get("fixed_address")
    if not address:
        raise NeedsOperator(
            f"Server {call.facts.get('server')} has no address to check.",
            fix="Leave it out of the hook by its key only, or skip the step.",
        )
    return address
