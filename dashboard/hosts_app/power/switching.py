"""Reads and switches the power of hosts through their BMCs."""

from collections.abc import Callable, Iterable, Mapping

from django.db.models import QuerySet
from django.template.defaultfilters import pluralize

from dashboard.clients.inventory import Inventory
from dashboard.clients.ipmi import Bmc, Operation, PowerState, ask_all
from dashboard.errors import BadInput, PumphouseError
from dashboard.hosts_app.models import Cloud, Host, host_subject
from dashboard.hosts_app.power.inventory import bmc_of, configured_inventory, inventory_path
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, LogLevel
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job

SWITCH_SECONDS = 120.0
# An operating system may take long to stop the servers on it.
SOFT_OFF_SECONDS = 600.0

TITLES: Mapping[Operation, str] = {
    Operation.ON: "Power {host} on",
    Operation.OFF: "Power {host} off",
    Operation.CYCLE: "Power cycle {host}",
    Operation.SOFT_OFF: "Shut {host} down",
    Operation.BOOT_FROM_NETWORK: "Boot {host} from the network once",
}
# A cycle takes two steps, so that a killed worker's half of it is not repeated.
PARTS: Mapping[Operation, tuple[Operation, ...]] = {
    Operation.CYCLE: (Operation.OFF, Operation.ON),
}


def refresh_power(hosts: QuerySet[Host]) -> str:
    """Ask the BMCs of hosts all at once, store the answers, and return a sentence about them.

    Takes 10 s, or 14 s for every 64 BMCs, if one of them is dead. Hosts without a BMC in the
    inventory are not asked, nor is any without an inventory.
    """
    asked = _bmcs_of(hosts)
    answers = ask_all((bmc for _, bmc in asked), Operation.STATUS) if asked else {}
    hosts.update(power="", power_problem="")
    for host, bmc in asked:
        answer = answers[bmc.name]
        host.power = answer if isinstance(answer, PowerState) else ""
        host.power_problem = "" if isinstance(answer, PowerState) else str(answer)
        host.save(update_fields=["power", "power_problem"])
    silent = sum(bool(host.power_problem) for host, _ in asked)
    what = f"{len(asked)} BMC{pluralize(asked)}"
    return f"Asked {what} for the power of their hosts; {silent} did not answer."


def log_power(hosts: QuerySet[Host], context: StepContext) -> None:
    """Refresh the power of hosts and log it. An invalid inventory is logged and fails no step."""
    try:
        context.log(refresh_power(hosts))
    except BadInput as error:
        context.log(f"Did not ask BMCs: {error}", level=LogLevel.WARNING)


def _bmcs_of(hosts: Iterable[Host]) -> list[tuple[Host, Bmc]]:
    if not inventory_path().exists():
        return []
    inventory = configured_inventory()
    return [(host, bmc) for host in hosts if (bmc := _known_bmc(inventory, host.name))]


def _known_bmc(inventory: Inventory, host: str) -> Bmc | None:
    try:
        return inventory.bmc_of(host)
    except PumphouseError:
        return None


def start_power(
    cloud: Cloud,
    host: str,
    operation: Operation,
    *,
    requester: Requester = NOBODY,
) -> Job:
    """Start to switch a host's power. The caller has to find out what runs on the host.

    Raises ``Conflict`` while another job is active for the host.
    """
    parts = PARTS.get(operation, (operation,))
    return start_job(
        kind="host_power",
        title=f"{TITLES[operation].format(host=host)} ({cloud.name})",
        subject=host_subject(cloud, host),
        steps=[
            StepSpec(
                key=part,
                action=part,
                title=TITLES[part].format(host=host),
                group="switch_power",
                needs=parts[:place],
            )
            for place, part in enumerate(parts)
        ],
        params={"cloud": cloud.pk, "host": host},
        requester=requester,
    )


def switch(host: str, operation: Operation, context: StepContext) -> None:
    """Perform one operation on a host's power and wait for its effect, unless it is there.

    Raises the BMC's error when it does not answer or obey.
    """
    OPERATIONS[operation](bmc_of(host), context)
    context.log(f"Done: {TITLES[operation].format(host=host)}.")


def _on(bmc: Bmc, context: StepContext) -> None:
    bmc.power_on()
    bmc.wait_until_on(seconds=SWITCH_SECONDS, check=context.check)


def _off(bmc: Bmc, context: StepContext) -> None:
    bmc.power_off()
    bmc.wait_until_off(seconds=SWITCH_SECONDS, check=context.check)


def _soft_off(bmc: Bmc, context: StepContext) -> None:
    bmc.soft_off()
    bmc.wait_until_off(seconds=SOFT_OFF_SECONDS, check=context.check)


def _boot_from_network(bmc: Bmc, context: StepContext) -> None:
    bmc.boot_from_network()


OPERATIONS: Mapping[Operation, Callable[[Bmc, StepContext], None]] = {
    Operation.ON: _on,
    Operation.OFF: _off,
    Operation.SOFT_OFF: _soft_off,
    Operation.BOOT_FROM_NETWORK: _boot_from_network,
}
