"""Asks for and switches the power of hosts through their BMCs."""

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
# An operating system may take its time to stop its servers.
SOFT_OFF_SECONDS = 600.0

TITLES: Mapping[Operation, str] = {
    Operation.ON: "Switch {host} on",
    Operation.OFF: "Switch {host} off",
    Operation.CYCLE: "Power cycle {host}",
    Operation.SOFT_OFF: "Ask {host} to shut down",
    Operation.BOOT_FROM_NETWORK: "Let {host} boot from the network next",
}
# A cycle in two: what a killed worker has done of it shows, and is not done twice.
PARTS: Mapping[Operation, tuple[Operation, ...]] = {
    Operation.CYCLE: (Operation.OFF, Operation.ON),
}


def refresh_power(hosts: QuerySet[Host]) -> str:
    """Ask the BMCs of hosts, all at once, store what they say and give a sentence about it.

    Takes 10 s, or 14 s for every 64 BMCs, when one of them is dead. Nothing is known of hosts that
    have no BMC in the inventory, nor of any when there is no inventory.
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
    return f"Asked {what} whether hosts have power; {silent} did not say."


def log_power(hosts: QuerySet[Host], context: StepContext) -> None:
    """Look at the power of hosts and log it. A faulty inventory is told and lets no step fail."""
    try:
        context.log(refresh_power(hosts))
    except BadInput as error:
        context.log(f"Asked no BMCs: {error}", level=LogLevel.WARNING)


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
    """Start to switch a host. Asks nobody: what runs on it is for the caller to find out.

    Raises ``Conflict`` while another job is at work on the host.
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
    """Do one thing to a host's power and see that it came about; what is so already is left.

    Raises the BMC's error when it does not answer or obey.
    """
    DOING[operation](bmc_of(host), context)
    context.log(f"Did “{TITLES[operation].format(host=host)}”.")


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


DOING: Mapping[Operation, Callable[[Bmc, StepContext], None]] = {
    Operation.ON: _on,
    Operation.OFF: _off,
    Operation.SOFT_OFF: _soft_off,
    Operation.BOOT_FROM_NETWORK: _boot_from_network,
}
