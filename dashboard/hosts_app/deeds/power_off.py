"""Taking a host's power away."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.deed import Deed
from dashboard.hosts_app.power_plan import PowerPlan


class PowerOff(PowerPlan, Deed):
    """Take the power of a host away at once, through its BMC."""

    name = "power_off"
    title = "Switch off"
    operation = Operation.OFF
