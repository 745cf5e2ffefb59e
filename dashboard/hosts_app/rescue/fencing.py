"""Makes certain that a host is off, so that its servers may run elsewhere without running twice.

Off means: its BMC says that it has no power, and Nova counts it as down until an operator opens it.
"""

from dashboard.clients.ipmi import PowerState
from dashboard.clients.openstack import CloudSession, poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import compute_service, force_down
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.jobs.kinds import StepContext

OFF_SECONDS = 120.0
# Without forced-down, silence alone tells: three times the usual service_down_time of 60 s.
DOWN_SECONDS = 180.0


def fence(connection: CloudSession, host: str, context: StepContext) -> None:
    """Take the power of a host away, see that it is off, and have Nova count it as down.

    What is so already is left. Raises the BMC's error when it does not answer or obey.
    """
    bmc = bmc_of(host)
    bmc.power_off()
    bmc.wait_until_off(seconds=OFF_SECONDS, check=context.check)
    context.log(f"Saw the power of {host} off.")
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
    """Raise ``NeedsOperator`` unless a host is certainly off, now."""
    if bmc_of(host).power_status() != PowerState.OFF:
        raise NeedsOperator(
            f"{host} has power again, so that its servers may run there.",
            fix="Switch it off and retry, or cancel this job and see what runs on it.",
        )
    service = compute_service(connection, host)
    if service.is_up or not (service.is_forced_down or not connection.supports("compute", "2.11")):
        raise NeedsOperator(
            f"Nova no longer counts {host} as forced down.",
            fix="Somebody has lifted it. See what they are doing, then plan again.",
        )
