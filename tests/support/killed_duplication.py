"""Moments at which a runner dies that makes a copy of an environment."""

from collections.abc import Callable
from functools import partial

from dashboard.clients.fuel.master import FuelMaster
from tests.support.dying import after

# right after Fuel has answered a call, in the order in which a copy is made
MOMENTS: dict[str, Callable[[], None]] = {
    call: partial(after, FuelMaster, call)
    for call in (
        "create_environment_like",
        "create_nodegroup",
        "change_settings",
        "change_network_configuration",
    )
}
