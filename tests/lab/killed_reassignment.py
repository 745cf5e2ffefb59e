"""Moments at which a runner dies that moves a host to another cloud."""

from collections.abc import Callable
from functools import partial

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.ipmi import Bmc
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.evacuation import steps as evacuation
from dashboard.hosts_app.evacuation.server_moves import ServerMove
from dashboard.hosts_app.job_kinds import evacuate
from dashboard.hosts_app.reassignment import discovery, probe_server, smoke_test
from tests.support.dying import after, before

# in the order in which a reassignment comes to them; each dies in its step
MOMENTS: dict[str, Callable[[], None]] = {
    "after the host was closed": partial(after, evacuation, "close_host"),
    "after Nova was asked to move a server": partial(after, ServerMove, "_act"),
    "after the host was seen to be empty": partial(before, evacuate, "refresh_hosts"),
    "between unassigning the node and ordering its removal": partial(after, FuelMaster, "unassign"),
    "between ordering its removal and noting that": partial(after, FuelMaster, "deploy_changes"),
    "while it waits for Fuel's task": partial(before, FuelMaster, "wait_for_task"),
    "after its switch port was moved": partial(after, discovery, "move_port"),
    "between choosing the network as boot device and the power": partial(
        after,
        Bmc,
        "boot_from_network",
    ),
    "after nova-compute was deleted": partial(after, CloudSession, "delete", when="/os-services/"),
    "while Fuel has not discovered it": partial(before, discovery, "poll_until"),
    "between assigning it and laying it out": partial(after, FuelMaster, "assign"),
    "between ordering its installation and noting that": partial(after, FuelMaster, "provision"),
    "between ordering its deployment and noting that": partial(after, FuelMaster, "deploy"),
    "while it joins its cloud": partial(before, smoke_test, "poll_until"),
    "after the small server was booted": partial(before, probe_server, "_await_active"),
    "after all of it": partial(before, smoke_test, "refresh_hosts"),
}
