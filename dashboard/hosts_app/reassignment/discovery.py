"""Boots a host that left its environment from the network, and waits until Fuel discovers it."""

import time

from django.template.defaultfilters import pluralize

from dashboard.clients.fuel.objects import Node
from dashboard.clients.inventory import InventoryHost
from dashboard.clients.polling import poll_until
from dashboard.clients.switch_port import move_port
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.reassignment.work import ReassignmentWork

MINUTE = 60


def has_switch_hook(machine: InventoryHost) -> bool:
    """Return whether the inventory says how to move a host's switch port to the admin VLAN."""
    return machine.admin_vlan is not None and bool(machine.switch_hook or machine.switch_port)


def move_to_admin_vlan(work: ReassignmentWork) -> None:
    """Move the host's switch port to the VLAN in which it boots from the network."""
    machine, mac = work.machine, work.step.params["mac"]
    if machine.admin_vlan is None:
        return  # removed from the inventory since the plan
    work.context.log(move_port(machine, mac=mac, vlan=machine.admin_vlan))


def boot(work: ReassignmentWork) -> None:
    """Boot the host from the network once, unless Fuel has discovered it already.

    After a crash around the call it may boot twice, which only costs some minutes.
    """
    if found := _discovered(work):
        work.context.log(f"Fuel has discovered it already, as node {found.id}.")
        return
    if work.record.is_booted:
        return
    bmc = work.machine.bmc
    if bmc is None:
        raise NeedsOperator(
            f"The inventory has no BMC for {work.machine.name}.",
            fix="Add it, then retry; or boot the host from the network by hand.",
        )
    bmc.boot_from_network()
    bmc.power_cycle()
    work.save(is_booted=True)
    work.context.log(f"Booting {work.machine.name} from the network.")


def discover(work: ReassignmentWork) -> None:
    """Wait until Fuel has discovered a node with exactly the MAC addresses of the host.

    Raises ``NeedsOperator`` at the operator's limit; on a retry the host boots once more.
    """
    boot(work)
    limit, began = work.discovery_seconds, time.monotonic()

    def found() -> Node | None:
        work.context.progress(int(time.monotonic() - began), int(limit), "s")
        try:
            return _discovered(work)
        except Retryable:
            return None  # one poll of many

    try:
        node = poll_until(
            found, what="Fuel to discover the host", seconds=limit, check=work.context.check
        )
    except NeedsOperator:
        work.save(is_booted=False)
        raise _never_discovered(work) from None
    work.context.log(f"Fuel has discovered {work.record.host} as node {node.id}.")


def _discovered(work: ReassignmentWork) -> Node | None:
    """Return the host's node if it is free or assigned to the destination already, else None."""
    node = work.find_node()
    if node and node.environment_id == work.record.destination_environment:
        return node
    return node if node and (node.environment_id, node.status) == (None, "discover") else None


def _never_discovered(work: ReassignmentWork) -> NeedsOperator:
    record, minutes = work.record, round(work.discovery_seconds / MINUTE, 1)
    within = f"{minutes:g} minute{pluralize(minutes)}"
    wanted = set(record.macs)
    other = next((node for node in work.fuel.unassigned_nodes() if node.macs & wanted), None)
    hint = (
        f" Node {other.id} has only some of its MAC addresses, so it is not taken for the host."
        if other and other.macs != wanted
        else ""
    )
    return NeedsOperator(
        f"Fuel has not discovered {record.host} within {within}.{hint}",
        fix="Check on its console whether it boots from the network, in the admin VLAN.",
    )
