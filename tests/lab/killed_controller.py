"""Moments at which a runner dies that moves a controller, of a cloud that cannot be drained.

A cloud of the lab is one control plane, and none of its hosts is a controller. So the controller
is one in the Fuel stand-in only: what its runner would ask its cloud and its BMC is stood in for.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from dashboard.clients.inventory import InventoryHost
from dashboard.clients.ipmi import Bmc
from dashboard.hosts_app.reassignment import environment_removal
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from lab.fuel import running
from tests.lab import killed_reassignment

CONTROLLER = "src-control"


class FuelBmc(Bmc):
    """A BMC whose host boots straight into the stand-in."""

    def boot_from_network(self) -> None:
        """Do nothing: the host knows no other boot device."""

    def power_cycle(self) -> None:
        """Boot the host."""
        running.switch("pxe", CONTROLLER)


MACHINE = InventoryHost(
    name=CONTROLLER,
    bmc=FuelBmc(name=CONTROLLER, address="127.0.0.1", user="nobody", password="x" * 8),
)


def stand_in(replace: Callable[[Any, str, Any], None] = setattr) -> None:
    """Replace what a runner asks its drained cloud and its BMC."""
    replace(environment_removal, "require_drained", lambda *_: None)
    replace(ReassignmentWork, "machine", MACHINE)


def _killed(moment: str) -> None:
    stand_in()
    killed_reassignment.MOMENTS[moment]()


MOMENTS: dict[str, Callable[[], None]] = {
    moment: partial(_killed, moment) for moment in killed_reassignment.MOMENTS
}
