"""Fences a host, so that its servers can run on other hosts without running twice.

A fenced host is off, as its BMC says, and forced down in Nova until an operator opens it.
"""

from dashboard.clients.ipmi import PowerState
from dashboard.clients.openstack import CloudSession
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import compute_service, force_down
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.jobs.kinds import StepContext

OFF_SECONDS = 120.0
# Without forced_down a host counts as down after service_down_time: three times its usual 60 s.
DOWN_SECONDS = 180.0


def fence(connection: CloudSession, host: str, context: StepContext) -> None:
    """Power a host off, wait until it is off, and force it down in Nova.

    What is done already is not repeated. Raises the BMC's error when it does not answer or obey.
    """
    bmc = bmc_of(host)
    bmc.power_off()
    bmc.wait_until_off(seconds=OFF_SECONDS, check=context.check)
    context.log(f"{host} is powered off.")
    force_down(connection, compute_service(connection, host), to=True)

    def down() -> bool | None:
        return None if compute_service(connection, host).is_up else True

    poll_until(
        down,
        what=f"the compute service of {host} to be down",
        seconds=DOWN_SECONDS,
        check=context.check,
    )
    context.log(f"Forced nova-compute of {host} down.")


def require_fenced(connection: CloudSession, host: str) -> None:
    """Raise ``NeedsOperator`` unless a host is off and forced down now."""
    if bmc_of(host).power_status() != PowerState.OFF:
        raise NeedsOperator(
            f"{host} is powered on again, so its servers may be running there.",
            fix="Power it off and retry, or cancel this job and check what runs on it.",
        )
    service = compute_service(connection, host)
    if service.is_up or not (service.is_forced_down or not connection.supports("compute", "2.11")):
        raise NeedsOperator(
            f"Nova no longer counts {host} as forced down.",
            fix="Somebody has changed that. Find out what they are doing, then plan again.",
        )
