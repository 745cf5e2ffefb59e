"""Having a host boot from the network."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.deed import Deed
from dashboard.hosts_app.power_plan import PowerPlan


class NetworkBoot(PowerPlan, Deed):
    """Have a host boot by PXE the next time that it starts, once."""

    name = "network_boot"
    title = "Boot from the network next"
    operation = Operation.BOOT_FROM_NETWORK
