"""Reads both clouds for a campaign, and stores what its tenants take and share, and its forecast.

Changes no cloud.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.running.forecast import forecast_of
from dashboard.campaigns.running.needs import DISK, server_needs
from dashboard.campaigns.running.room import read_room
from dashboard.campaigns.running.shared_things import (
    shared_flavors,
    shared_users,
    used_images,
    used_networks,
)
from dashboard.campaigns.simulation.needs import Needs
from dashboard.campaigns.simulation.sharing import Link, groups_of, owners_first
from dashboard.campaigns.simulation.simulate import SimulatedHost
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.compute.facts import CloudReading, needs_of, read_cloud
from dashboard.hosts_app.compute.nova import ComputeService
from dashboard.hosts_app.compute.room import Room
from dashboard.hosts_app.discovery import NO_ROOM
from dashboard.hosts_app.evacuation.ranking import cost_of
from dashboard.migrations_app.resources.compute.server.zones import ZONE, is_any_zone

State = CampaignTenant.State


def survey(campaign: Campaign) -> None:
    """Read both clouds, then store all that was found, or nothing."""
    source = connect(campaign.source)
    reading = read_cloud(source)
    room = read_room(campaign.destination)
    owned = [*used_networks(source), *used_images(source, reading.servers)]
    links = [*owned, *shared_users(source), *shared_flavors(source)]
    needs = _needs(source, reading.servers)
    with transaction.atomic():
        tenants = list(campaign.tenants.select_related("wave").filter(state=State.WAITING))
        for tenant in tenants:
            tenant.needs = needs[tenant.project_id].as_row()
        _order(tenants, links, owned)
        fields = ["needs", "shares_with", "ordinal"]
        CampaignTenant.objects.bulk_update(tenants, fields, batch_size=200)
        campaign.reading = forecast_of(campaign, room, simulated_hosts(reading))
        campaign.read_at = timezone.now()
        campaign.save(update_fields=["reading", "read_at"])


def _needs(cloud: CloudSession, servers: Iterable[Json]) -> Mapping[str, Needs]:
    """Return what each project takes, nothing for one that has nothing."""
    by_project: defaultdict[str, list[Mapping[str, int]]] = defaultdict(list)
    for server in servers:
        own = server.get(ZONE)
        zone = "" if is_any_zone(own) else str(own)
        by_project[server["tenant_id"]].append(server_needs(server, {}, zone=zone))
    gib: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for volume in _volumes(cloud):
        sizes, type_ = gib[volume["os-vol-tenant-attr:tenant_id"]], volume["volume_type"] or ""
        sizes[type_] = sizes.get(type_, 0) + volume["size"]
    found: defaultdict[str, Needs] = defaultdict(Needs)
    for project in {*by_project, *gib}:
        mine = by_project[project]
        found[project] = Needs(
            servers=mine, gib=gib[project], disk_gib=sum(each.get(DISK, 0) for each in mine)
        )
    return found


def _volumes(cloud: CloudSession) -> Iterable[Json]:
    try:
        cloud.endpoint("block_storage")
    except NeedsOperator:
        return []
    return cloud.list("block_storage", "/volumes/detail", "volumes", all_tenants="1")


def _order(tenants: Sequence[CampaignTenant], links: Iterable[Link], owned: Sequence[Link]) -> None:
    """Put owners before users within their wave, and note who shares with whom."""
    groups = groups_of([tenant.project_id for tenant in tenants], links)
    waves: defaultdict[int, dict[str, CampaignTenant]] = defaultdict(dict)
    for tenant in tenants:
        tenant.shares_with = groups.get(tenant.project_id, "")
        waves[tenant.wave_id][tenant.project_id] = tenant
    for mine in waves.values():
        places = sorted(tenant.ordinal for tenant in mine.values())
        for place, project in zip(places, owners_first(list(mine), owned), strict=True):
            mine[project].ordinal = place


def simulated_hosts(reading: CloudReading) -> list[SimulatedHost]:
    """Return the hosts of the source as the simulation takes them."""
    return [_simulated(reading, service) for service in reading.services]


def _simulated(reading: CloudReading, service: ComputeService) -> SimulatedHost:
    host = service.host
    room, cost = reading.rooms.get(host, NO_ROOM), cost_of(reading.facts_of(host))
    obstacles = list(cost.obstacles)
    if cost.refused or cost.staying:
        obstacles.append("it has servers that cannot leave it")
    return SimulatedHost(
        name=host,
        gives={**_disk_of(room), **room.machine},
        free=room.free,
        servers=list(needs_of(reading.servers_on(host), room).values()),
        obstacle=obstacles[0] if obstacles else "",
        takes_servers=service.takes_servers,
    )


def _disk_of(room: Room) -> Mapping[str, int]:
    """Return the disk space of a host that counts its own; none where it is shared."""
    return {DISK: room.total[DISK]} if DISK in room.total else {}
