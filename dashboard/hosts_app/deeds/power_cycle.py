"""Switching a host off and on."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.deed import Deed
from dashboard.hosts_app.power_plan import PowerPlan


class PowerCycle(PowerPlan, Deed):
    """Switch a host off and on again, through its BMC."""

    name = "power_cycle"
    title = "Power cycle"
    operation = Operation.CYCLE
