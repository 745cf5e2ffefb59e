"""What a plan takes on the destination, by what it creates there. Asks no cloud."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from dashboard.campaigns.running.places import places_of_flavor
from dashboard.campaigns.simulation.needs import Needs, Resources
from dashboard.campaigns.simulation.places import in_zone
from dashboard.hosts_app.compute.flavors import pinned_cpus
from dashboard.hosts_app.compute.room import PCPU, RAM_MIB, VCPU
from dashboard.migrations_app import ledger
from dashboard.migrations_app.models import Plan, PlanItem

DISK = "DISK_GB"
MIB_A_GIB = 1024


def needs_of(plan: Plan, *, booted: Collection[str] = ()) -> Needs:
    """Return what the objects take that the plan creates, without the servers ``booted``."""
    types = ("server", "volume", "flavor", "floating_ip")
    items = list(plan.items.filter(type__in=types))
    flavors = {item.source_id: item.fields for item in items if item.type == "flavor"}
    created = [item for item in items if item.action == PlanItem.Action.CREATE]
    missing = [item for item in created if item.source_id not in booted]
    servers = [
        server_needs(item.fields, flavors, zone=item.resolution.get("availability_zone") or "")
        for item in missing
        if item.type == "server"
    ]
    gib: Counter[str] = Counter()
    for item in created:
        if item.type == "volume":
            type_ = item.resolution.get("volume_type") or item.fields.get("volume_type") or ""
            gib[type_] += item.fields["size"]
    takes_new = plan.options.get("addresses") == "new"
    return Needs(
        servers=servers,
        gib=dict(gib),
        addresses=sum(item.type == "floating_ip" for item in created) if takes_new else 0,
        disk_gib=sum(server.get(DISK, 0) for server in servers),
    )


def remaining_needs(plan: Plan) -> Needs:
    """Return what the plan still takes beside the servers that run, which placement counts.

    Volumes count until the end: what pools say of themselves is minutes old.
    """
    booted = [
        source_id
        for (type_, source_id), entry in ledger.entries_of(plan).items()
        if type_ == "server" and "power" in entry.stages
    ]
    return needs_of(plan, booted=booted)


def server_needs(
    server: Mapping[str, Any], flavors: Mapping[str, Mapping[str, Any]], *, zone: str
) -> Resources:
    """Return what a server takes, by placement's classes, and where it must be.

    Its root disk counts only if it has one; ``zone`` is "" for any.
    """
    embedded = server["flavor"]
    flavor = embedded if "vcpus" in embedded else flavors.get(str(embedded.get("id")), {})
    ephemeral = flavor.get("ephemeral", flavor.get("OS-FLV-EXT-DATA:ephemeral", 0))
    swap = -(-int(flavor.get("swap") or 0) // MIB_A_GIB)
    disk = (flavor.get("disk", 0) if server.get("image") else 0) + (ephemeral or 0) + swap
    is_pinned = bool(flavor.get("vcpus")) and bool(pinned_cpus(dict(flavor)))
    cpus = {PCPU if is_pinned else VCPU: flavor.get("vcpus", 0)}
    places = {*places_of_flavor(flavor), *([in_zone(zone)] if zone else [])}
    return {**cpus, RAM_MIB: flavor.get("ram", 0), DISK: disk, **dict.fromkeys(sorted(places), 1)}
