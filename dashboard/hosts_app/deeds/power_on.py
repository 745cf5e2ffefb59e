"""Giving a host power."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.deed import Deed
from dashboard.hosts_app.power_plan import PowerPlan


class PowerOn(PowerPlan, Deed):
    """Switch a host on through its BMC."""

    name = "power_on"
    title = "Switch on"
    operation = Operation.ON
