"""Having a host shut itself down."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.deed import Deed
from dashboard.hosts_app.power_plan import PowerPlan


class SoftOff(PowerPlan, Deed):
    """Ask a host's operating system to shut down, and wait until it is off."""

    name = "soft_off"
    title = "Shut down"
    operation = Operation.SOFT_OFF
