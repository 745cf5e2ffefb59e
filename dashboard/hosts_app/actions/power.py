"""Switching a host's power through its BMC, and booting it from the network.

``pumphouse host power`` has them all.
"""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.plans.host_action import HostAction
from dashboard.hosts_app.power.planning import PowerPlan


class PowerOn(PowerPlan, HostAction):
    """Switch a host on through its BMC."""

    name = "power_on"
    title = "Switch on"
    operation = Operation.ON


class PowerOff(PowerPlan, HostAction):
    """Take the power of a host away at once, through its BMC."""

    name = "power_off"
    title = "Switch off"
    operation = Operation.OFF


class PowerCycle(PowerPlan, HostAction):
    """Switch a host off and on again, through its BMC."""

    name = "power_cycle"
    title = "Power cycle"
    operation = Operation.CYCLE


class SoftOff(PowerPlan, HostAction):
    """Ask a host's operating system to shut down, and wait until it is off."""

    name = "soft_off"
    title = "Shut down"
    operation = Operation.SOFT_OFF


class NetworkBoot(PowerPlan, HostAction):
    """Have a host boot by PXE the next time that it starts, once."""

    name = "network_boot"
    title = "Boot from the network next"
    operation = Operation.BOOT_FROM_NETWORK
