"""Makes certain that a host is off, so that its servers may run elsewhere without running twice.

Off means: its BMC says that it has no power, and Nova counts it as down until an operator opens it.
"""

from django.template.defaultfilters import pluralize

from dashboard.clients.ipmi import PowerState
from dashboard.clients.openstack import CloudSession, poll_until
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import ComputeService, compute_service, force_down, migrations
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.jobs.kinds import StepContext

OFF_SECONDS = 120.0
# Without forced-down, silence alone tells: three times the usual service_down_time of 60 s.
DOWN_SECONDS = 180.0
EVACUATION = "evacuation"
COPY_IS_THERE = ("accepted", "pre-migrating", "done")


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


def lift_forced_down(connection: CloudSession, service: ComputeService) -> None:
    """Have a host that is back count as up again.

    Its nova-compute removes its own copies of the servers that were rebuilt elsewhere when it
    starts, and completes the records of their evacuations. Until then they could run twice, and
    newer Novas refuse by themselves. Raises ``NeedsOperator`` before that.
    """
    found = migrations(connection, source_compute=service.host, migration_type=EVACUATION)
    waiting = [record for record in found if record["status"] in COPY_IS_THERE]
    if waiting:
        raise NeedsOperator(
            f"{service.host} still has its copies of {len(waiting)} server{pluralize(waiting)} "
            "that run elsewhere now.",
            fix="Switch it on. When its nova-compute has started it removes them; then try again.",
        )
    force_down(connection, service, to=False)
