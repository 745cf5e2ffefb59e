"""Controlling a host's power, and booting it from the network, through its BMC.

``pumphouse host power`` has all of these.
"""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.plans.host_action import HostAction
from dashboard.hosts_app.power.planning import PowerPlan


class PowerOn(PowerPlan, HostAction):
    """Power a host on through its BMC."""

    name = "power_on"
    title = "Power on"
    operation = Operation.ON


class PowerOff(PowerPlan, HostAction):
    """Power a host off at once, through its BMC."""

    name = "power_off"
    title = "Power off"
    operation = Operation.OFF


class PowerCycle(PowerPlan, HostAction):
    """Power a host off and on again, through its BMC."""

    name = "power_cycle"
    title = "Power cycle"
    operation = Operation.CYCLE


class SoftOff(PowerPlan, HostAction):
    """Ask a host's operating system to shut down, and wait until the host is off."""

    name = "soft_off"
    title = "Shut down"
    operation = Operation.SOFT_OFF


class NetworkBoot(PowerPlan, HostAction):
    """Boot a host by PXE the next time it starts, once."""

    name = "network_boot"
    title = "Boot from the network once"
    operation = Operation.BOOT_FROM_NETWORK
